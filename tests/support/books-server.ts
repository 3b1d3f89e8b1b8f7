import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** A row as `/spend/logs/v2` has it, and when it appears there. */
export interface BookedCall {
  readonly requestId: string
  readonly keyHash: string
  readonly startedAt: Date
  readonly visibleAt: Date
  readonly tokens: number
  readonly eventId?: string
  /** The user of LiteLLM that the key belongs to. */
  readonly userId?: string
}

/** What goes wrong with the next answers, one by one. */
export type Fault = 'hang up' | 'status 500' | 'half an answer' | 'no JSON' | 'wrong shape'

export type Row = ReturnType<typeof rowOf> & { readonly end_user?: unknown }
/** Answers instead of the server; false: it answers as usual. `count` is the number of the request since it was set. */
type Spoil = (response: ServerResponse, body: string, count: number) => unknown

/** LiteLLM's spend logs over HTTP, with a clock, small pages and faults that a test decides. */
export interface BooksServer {
  readonly url: string
  readonly calls: BookedCall[]
  readonly faults: Fault[]
  /** Takes the place of each row, and of each page. */
  rewrite: (row: Row) => unknown
  rewritePage: (page: Record<string, unknown>) => Record<string, unknown>
  spoil: Spoil | null
  /** Requests answered so far. */
  readonly asked: () => number
  close(): Promise<void>
}

export interface BooksOptions {
  readonly now: () => Date
  /** Rows a page has at most, whatever is asked for. */
  readonly pageSize: number
}

const rowOf = (call: BookedCall) => ({
  request_id: call.requestId,
  litellm_call_id: call.requestId,
  call_type: 'acompletion',
  api_key: call.keyHash,
  spend: 0.00022500000000000002,
  prompt_tokens: call.tokens,
  completion_tokens: 1,
  startTime: call.startedAt.toISOString(),
  endTime: call.startedAt.toISOString(),
  model: 'openai/gpt-4o',
  model_group: 'gpt-4o',
  cache_hit: 'None',
  status: 'success',
  metadata: {
    usage_object: { prompt_tokens: call.tokens, completion_tokens: 1 },
    spend_logs_metadata: call.eventId ? { flareflow_event: call.eventId } : null,
  },
})

const timeOf = (text: string | null): number => new Date(`${(text ?? '').replace(' ', 'T')}Z`).getTime()

interface Pages extends BooksOptions {
  readonly rewrite: (row: Row) => unknown
}

const isAskedFor = ({ keyHash, userId }: BookedCall, query: URLSearchParams): boolean =>
  query.has('user_id') ? userId === query.get('user_id') : keyHash === query.get('api_key')

function pageOf(calls: readonly BookedCall[], query: URLSearchParams, { now, pageSize, rewrite }: Pages) {
  const [from, to] = [timeOf(query.get('start_date')), timeOf(query.get('end_date'))]
  const page = Number(query.get('page'))
  const found = calls
    .filter((call) => isAskedFor(call, query) && call.visibleAt <= now())
    .filter(({ startedAt }) => startedAt.getTime() >= from && startedAt.getTime() <= to)
    .toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
  const data = found.slice((page - 1) * pageSize, page * pageSize).map((call) => rewrite(rowOf(call)))
  return { data, total: found.length, page, page_size: pageSize, total_pages: Math.ceil(found.length / pageSize) }
}

function spoil(response: ServerResponse, fault: Fault, body: string): void {
  if (fault === 'hang up') response.destroy()
  else if (fault === 'status 500') response.writeHead(500).end('{"error":{"message":"boom","type":"server"}}')
  else if (fault === 'half an answer') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length + 10 })
    response.write(body.slice(0, body.length / 2))
    response.destroy()
  } else if (fault === 'no JSON') response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{},"total":"many"}')
}

export async function startBooksServer(options: BooksOptions): Promise<BooksServer> {
  let asked = 0
  let sinceSpoil = 0
  let spoilNext: Spoil | null = null
  const books = {
    calls: [] as BookedCall[],
    faults: [] as Fault[],
    rewrite: (row: Row): unknown => row,
    rewritePage: (page: Record<string, unknown>) => page,
    get spoil() {
      return spoilNext
    },
    set spoil(spoil: Spoil | null) {
      spoilNext = spoil
      sinceSpoil = 0
    },
  }
  const server = createServer((request, response) => {
    asked += 1
    sinceSpoil += 1
    const { searchParams } = new URL(request.url ?? '', 'http://books')
    const page = pageOf(books.calls, searchParams, { ...options, rewrite: books.rewrite })
    const body = JSON.stringify(books.rewritePage(page))
    if (spoilNext && spoilNext(response, body, sinceSpoil) !== false) return
    const fault = books.faults.shift()
    if (fault) spoil(response, fault, body)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return Object.assign(books, {
    url: `http://127.0.0.1:${address.port}`,
    asked: () => asked,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  })
}
