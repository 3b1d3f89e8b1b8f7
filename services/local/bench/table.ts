import type { Measured, Settled } from './settle-batch.ts'

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

function line(name: string, size: number, settled: Settled | null): string[] {
  if (settled === null) return [name, 'does not fit', '', '', '', '', '']
  const { computation, fee, milliseconds } = settled
  const perVault = (Number(fee) / size).toExponential(2)
  const hourly = Math.round((size * MS_PER_HOUR) / milliseconds)
  return [name, String(computation), (computation / size).toFixed(1), fee, perVault, String(milliseconds), `${hourly}`]
}

function conclusion(rows: readonly Measured[]): string {
  const fitting = rows.filter(({ further }) => further !== null)
  const best = fitting.at(-1)
  if (!best?.further) return 'Nothing fitted into a transaction.'
  const perVault = best.further.computation / best.size
  return (
    `${best.size} vaults of 4 models fit into a transaction (${best.further.computation} of ${LIMIT} computation); ` +
    `at ${perVault.toFixed(1)} each, about ${Math.floor(LIMIT / perVault)} would.\n` +
    'What limits a transaction is its computation. What limits an hour here is the emulator, which runs one transaction\n' +
    'at a time; an oracle sends its next transaction when the last is sealed, so a slower seal divides the figure.'
  )
}
