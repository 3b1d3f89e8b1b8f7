// npm run verify -- receipt.json [--node URL] [--contract 0x…]     or     npm run verify -- --bill bill.ndjson …
// Checks a receipt or a whole bill against the chain; ends with 1 if anything fails. Needs no database and no server.
import { parseArgs } from 'node:util'
import { AppError } from '#lib/errors/app-error.ts'
import { verifyFile } from '#services/receipts/index.ts'

const USAGE =
  'Usage: npm run verify -- receipt.json [--node URL] [--contract 0x…]\n       npm run verify -- --bill bill.ndjson'
const SIGNS = { ok: '✓', failed: '✗', note: '–' } as const

function given() {
  const options = { bill: { type: 'string' }, node: { type: 'string' }, contract: { type: 'string' } } as const
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    return { ...values, file: values.bill ?? positionals[0] }
  } catch {
    return { file: undefined }
  }
}

const { file, ...options } = given()
try {
  if (file === undefined) throw new AppError('invalid_request', USAGE)
  const kind = 'bill' in options && options.bill ? 'bill' : 'receipt'
  const { steps, isProven, node } = await verifyFile(file, { ...options, kind })
  for (const { outcome, title, detail } of steps) console.log(`${SIGNS[outcome]} ${title}\n    ${detail}`)
  console.log(isProven ? `\nProven, as ${node} tells the chain.` : '\nNot proven.')
  process.exitCode = isProven ? 0 : 1
} catch (error) {
  console.error(error instanceof AppError ? error.publicMessage : error)
  process.exitCode = 1
}
