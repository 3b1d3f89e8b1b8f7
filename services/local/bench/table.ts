import type { Measured, Overflow, Settled } from './settle-batch.ts'

const LIMIT = 9_999
const MS_PER_HOUR = 3_600_000
/** About what a transaction takes to be sealed on a live network. */
const SEAL_SECONDS = 10

const columns = ['vaults', 'computation', 'per vault', 'fee FLOW', 'fee per vault', 'ms', 'vaults per hour']

/** The measurements as a table, and what follows from them. */
export function benchTable(rows: readonly Measured[]): string {
  const lines = rows.flatMap(({ size, firstSize, first, further, paid }) => [
    line(`${firstSize} first`, firstSize, first),
    line(`${size} further`, size, further),
    ...(paid === null ? [] : [line(`${size} paid`, size, paid)]),
  ])
  const all = [columns, ...lines]
  const widths = columns.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)))
  const text = all.map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
  return `${text.join('\n')}\n\n${conclusion(rows)}\n`
}

function line(name: string, size: number, settled: Settled | Overflow): string[] {
  if ('limit' in settled) return [name, `too many ${settled.limit}`, '', '', '', '', '']
  const { computation, fee, milliseconds } = settled
  const perVault = (Number(fee) / size).toExponential(2)
  const hourly = Math.round((size * MS_PER_HOUR) / milliseconds)
  return [name, String(computation), (computation / size).toFixed(1), fee, perVault, String(milliseconds), `${hourly}`]
}

function conclusion(rows: readonly Measured[]): string {
  const best = largest(rows, ({ further }) => further)
  if (best === null) return 'Nothing fitted into a transaction.'
  const paid = largest(rows, (row) => row.paid)
  return (
    `${best.size} vaults of 4 models fit into a transaction (${best.computation} of ${LIMIT} computation, ` +
    `${(best.computation / best.size).toFixed(1)} each); ${best.limit}.\n` +
    `${paid === null ? 'None' : `${paid.size} (${paid.computation} computation)`} of vaults that pay at once` +
    `${paid === null ? '' : `; ${paid.limit}`}.\n` +
    'What limits an hour here is the emulator, which runs one transaction at a time; an oracle sends its next\n' +
    `transaction when the last is sealed: with a seal every ${SEAL_SECONDS} s ` +
    `${(best.size * 3_600) / SEAL_SECONDS} vaults an hour.`
  )
}

/** The largest batch that fitted, and what the next one had too much of. */
function largest(rows: readonly Measured[], of: (row: Measured) => Settled | Overflow | null) {
  const all = rows.map((row) => ({ size: row.size, result: of(row) }))
  const best = all.findLast(({ result }) => result !== null && 'computation' in result)
  if (!best?.result || !('computation' in best.result)) return null
  const over = all.find(({ result }) => result !== null && 'limit' in result)
  const limit =
    over?.result && 'limit' in over.result ? `${over.size} have too many ${over.result.limit}` : 'more was not tried'
  return { size: best.size, computation: best.result.computation, limit }
}
