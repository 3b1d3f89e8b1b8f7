import type { VaultReport } from '#lib/flow/vault-report.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { type Usd, type UsdPerFlow, usd } from '#lib/money/units.ts'
import { flowToUsd } from '#lib/pricing/price-usage.ts'

/** LiteLLM's dollars for the same tokens may be this many times ours. */
const FACTOR = 10n
/** LiteLLM refuses a request whose worst case, 16,384 tokens if nothing is said, doesn't fit into the budget. */
const ROOM = parseUsd('100')

/** Above it nothing is written down: 92 billion USD. */
const MOST = 2n ** 63n - 1n

/**
 * The budget that LiteLLM should have for a vault's key, or null to leave the one it has. So far above all that was
 * ever deposited that it refuses nobody who can pay. It falls only when it is twice too much, as rates move all day.
 */
export function wantedBudget(vault: VaultReport, current: Usd | null, usdPerFlow: UsdPerFlow | null): Usd | null {
  if (usdPerFlow === null) return null
  const amount = flowToUsd(vault.deposits, usdPerFlow) * FACTOR + ROOM
  const wanted = usd(amount < MOST ? amount : MOST)
  return current !== null && current >= wanted && current <= 2n * wanted ? null : wanted
}
