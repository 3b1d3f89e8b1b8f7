import { dayName } from '#lib/period/day-name.ts'
import { logFailure } from './log-failure.ts'
import { toAppError } from '#services/platform/to-app-error.ts'
import { type Reply, setFixedHeaders } from './reply.ts'

/** An answer that is text of another kind than JSON. It is read piece by piece, as fast as the caller takes it. */
export class Download {
  readonly contentType: string
  readonly fileName: string
  readonly chunks: AsyncIterable<string>

  constructor(file: { contentType: string; fileName: string; chunks: AsyncIterable<string> }) {
    this.contentType = file.contentType
    this.fileName = file.fileName
    this.chunks = file.chunks
  }
}

/**
 * Streams a download. What fails before the first piece is an error like any other; later the answer breaks off, so
 * that nobody takes a part for the whole.
 */
export async function streamReply(
  { contentType, fileName, chunks }: Download,
  { request, reply, requestId }: { request: Request; reply: Reply; requestId: string },
): Promise<Response> {
  const pieces = chunks[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let next: IteratorResult<string> | null = await pieces.next()
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = next ?? (await pieces.next())
        next = null
        if (piece.done) controller.close()
        else controller.enqueue(encoder.encode(piece.value))
      } catch (thrown) {
        logFailure(toAppError(thrown), request, requestId)
        controller.error(thrown)
      }
    },
    async cancel() {
      await pieces.return?.()
    },
  })
  setFixedHeaders(reply.headers, requestId)
  reply.headers.set('content-type', contentType)
  reply.headers.set('content-disposition', `attachment; filename="${fileName}"`)
  return new Response(stream, { status: reply.status, headers: reply.headers })
}

/** A CSV file of some days (`to` is not in it), named after what it is and the days. */
export const csvDownload = (what: string, { from, to }: { from: Date; to: Date }, chunks: AsyncIterable<string>) =>
  new Download({
    contentType: 'text/csv; charset=utf-8; header=present',
    fileName: `flareflow-${what}-${dayName(from)}-${dayName(to)}.csv`,
    chunks,
  })
