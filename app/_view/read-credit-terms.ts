import { baseContext } from '#app/_http/container.ts'
import { POWERS, TIERS } from '#lib/credits/price-list.ts'
import { showMultiplier, showPercent } from '#lib/format/money.ts'
import type { PowerTerms, TierTerms } from '#hooks/credit-types.ts'
import { readPriceList } from '#services/credits/index.ts'

/** What tiers and power levels mean here: configuration, the same for everybody. */
export async function readCreditTerms(): Promise<{ tiers: TierTerms[]; powers: PowerTerms[] }> {
  const { env } = await baseContext()
  const list = readPriceList(env.credits.pricesFile)
  return {
    tiers: TIERS.map((tier) => {
      const { markupBps, ...terms } = list.tiers[tier]
      return { tier, markup: showPercent(markupBps), ...terms }
    }),
    powers: POWERS.map((power) => {
      const { bps, ...terms } = list.powers[power]
      return { power, multiplier: showMultiplier(bps), ...terms }
    }),
  }
}
