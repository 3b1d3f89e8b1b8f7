import type { BillCheck, BillReader } from '#lib/receipts/check-bill.ts'
import type { ReceiptCheck } from '#lib/receipts/check-receipt.ts'
import type { Trust } from '#lib/receipts/step.ts'

export type Checked =
  | { readonly kind: 'receipt'; readonly check: ReceiptCheck; readonly text: string }
  | { readonly kind: 'bill'; readonly check: BillCheck }

/** How many requests of a bill were read. */
export interface Progress {
  readonly read: number
  readonly of: number
}

/** Work for as long as a frame lasts, then let the page have its turn. */
const SLICE_MS = 12
/** A receipt is some kilobytes. */
const MAX_RECEIPT_CHARS = 1_000_000

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const pieces = (rest + decoder.decode(value, { stream: !done })).split('\n')
      rest = pieces.pop() ?? ''
      yield* pieces
      if (done) break
    }
    if (rest !== '') yield rest
  } finally {
    await reader.cancel()
  }
}

/** Feeds all lines to the reader in slices, so that the page stays alive however long the bill is. */
async function readBill(
  reader: BillReader,
  lines: AsyncGenerator<string>,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  let sliceEnd = performance.now() + SLICE_MS
  for await (const line of lines) {
    if (!reader.add(line.replace(/\r$/, ''))) return
    if (performance.now() < sliceEnd) continue
    const progress = reader.progress()
    if (progress) onProgress(progress)
    await nextTask()
    sliceEnd = performance.now() + SLICE_MS
  }
}

/** Checks what a stream has, a receipt or a bill, here in the browser. The checks are fetched when first needed. */
export async function checkDocument(
  stream: ReadableStream<Uint8Array>,
  trust: Trust,
  onProgress: (progress: Progress) => void,
): Promise<Checked> {
  const lines = linesOf(stream)
  const first = (await lines.next()).value ?? ''
  if (first.includes('"flareflow.bill"')) {
    const { createBillReader } = await import('#lib/receipts/check-bill.ts')
    const reader = createBillReader()
    if (reader.add(first)) await readBill(reader, lines, onProgress)
    return { kind: 'bill', check: await reader.check(trust) }
  }
  let text = first
  for await (const line of lines) {
    text += `\n${line}`
    if (text.length > MAX_RECEIPT_CHARS) break
  }
  const { checkReceipt } = await import('#lib/receipts/check-receipt.ts')
  return { kind: 'receipt', text: text.trim(), check: await checkReceipt(text.trim(), trust) }
}
