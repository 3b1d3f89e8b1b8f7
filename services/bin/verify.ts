// npm run verify -- receipt.json [--node URL] [--contract 0x…]     or     npm run verify -- --bill bill.ndjson …
// Checks a receipt or a whole bill against the chain; ends with 1 if anything fails. Needs no database and no server.
import { AppError } from '#lib/errors/app-error.ts'
import { commandOptions } from '#services/local/command-options.ts'
import { verifyFile } from '#services/receipts/index.ts'

const USAGE =
  'Usage: npm run verify -- receipt.json [--node URL] [--contract 0x…]\n       npm run verify -- --bill bill.ndjson'
const SIGNS = { ok: '✓', failed: '✗', note: '–' } as const

try {
  const text = { type: 'string' } as const
  const { values, positionals } = commandOptions({
    options: { bill: text, node: text, contract: text },
    allowPositionals: true,
  })
  const file = values.bill ?? positionals[0]
  if (file === undefined) throw new AppError('invalid_request', USAGE)
  const kind = values.bill ? 'bill' : 'receipt'
  const { steps, isProven, node } = await verifyFile(file, { ...values, kind })
  for (const { outcome, title, detail } of steps) console.log(`${SIGNS[outcome]} ${title}\n    ${detail}`)
  console.log(isProven ? `\nProven, as ${node} tells the chain.` : '\nNot proven.')
  process.exitCode = isProven ? 0 : 1
} catch (error) {
  console.error(error instanceof AppError ? error.publicMessage : error)
  process.exitCode = 1
}
