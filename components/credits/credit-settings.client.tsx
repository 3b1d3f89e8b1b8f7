'use client'

import type { Credits, TierTerms } from '#hooks/credit-types.ts'
import type { CreditSettings as Settings } from '#hooks/use-credits.ts'
import { CapRow } from './cap-row.client.tsx'
import { RefillRow } from './refill-row.client.tsx'
import { TierRow } from './tier-row.client.tsx'

export interface SettingProps {
  credits: Credits
  onChange: (settings: Settings) => Promise<void>
}

/** What the customer decides about the account: cap, refill, tier. */
export default function CreditSettings({ tiers, ...props }: SettingProps & { tiers: readonly TierTerms[] }) {
  const { month, auto_refill: refill } = props.credits
  return (
    <div className="mt-8">
      <CapRow key={`cap ${month.cap_usd}`} {...props} />
      <RefillRow key={`refill ${refill?.threshold_usd} ${refill?.amount_usd}`} {...props} />
      <TierRow key={`tier ${props.credits.tier}`} tiers={tiers} {...props} />
    </div>
  )
}
