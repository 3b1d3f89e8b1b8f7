import { apportion } from '../money/apportion.ts'
import { type Usd, usd } from '../money/units.ts'

/** What an account is billed for a billing period, and the weight that it is shared by. */
export interface Bill {
  readonly usd: Usd
  /** Billable tokens of each model times the model's multiplier, added up. */
  readonly weight: bigint
}

/** A part of an account's usage in a billing period. */
export interface BillCell {
  /** Names the bill that it is a part of. */
  readonly bill: string
  /** Names the cell among those of its bill. */
  readonly name: string
  readonly weight: bigint
}

/**
 * Shares bills over parts of the usage by weighted tokens. What of a bill's weight is in no cell keeps its share, so
 * the cells of a whole bill add up to it to the last 1e-8, and those of a part to that part.
 */
export function shareBills<Cell extends BillCell>(
  cells: readonly Cell[],
  bills: ReadonlyMap<string, Bill>,
): Map<Cell, Usd> {
  const shares = new Map<Cell, Usd>()
  for (const [name, given] of Map.groupBy(cells, ({ bill }) => bill)) {
    // Equal remainders go by name, so that the same report always says the same.
    const parts = [...given].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    const bill = bills.get(name) ?? { usd: usd(0n), weight: 0n }
    const inside = parts.reduce((sum, { weight }) => sum + weight, 0n)
    const outside = bill.weight > inside ? bill.weight - inside : 0n
    const units = apportion(bill.usd, [...parts.map(({ weight }) => weight), outside])
    parts.forEach((part, i) => shares.set(part, usd(units[i] ?? 0n)))
  }
  return shares
}
