import type { Measured, Overflow, Settled } from './settle-batch.ts'

const LIMIT = 9_999
const MS_PER_HOUR = 3_600_000

const columns = ['vaults', 'computation', 'per vault', 'fee FLOW', 'fee per vault', 'ms', 'vaults per hour']

/** The measurements as a table, and what follows from them. */
export function benchTable(rows: readonly Measured[]): string {
  const lines = rows.flatMap(({ size, firstSize, first, further }) => [
    line(`${firstSize} first`, firstSize, first),
    line(`${size} further`, size, further),
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
  const fitting = rows.flatMap(({ size, further }) => ('limit' in further ? [] : [{ size, further }]))
  const best = fitting.at(-1)
  if (best === undefined) return 'Nothing fitted into a transaction.'
  const over = rows.find(({ further }) => 'limit' in further)
  const limit =
    over && 'limit' in over.further ? `${over.size} have too many ${over.further.limit}` : 'more was not tried'
  const perVault = best.further.computation / best.size
  return (
    `${best.size} vaults of 4 models fit into a transaction (${best.further.computation} of ${LIMIT} computation, ` +
    `${perVault.toFixed(1)} each); ${limit}.\n` +
    'What limits an hour here is the emulator, which runs one transaction at a time; an oracle sends its next\n' +
    'transaction when the last is sealed, so a slower seal divides the figure.'
  )
}
