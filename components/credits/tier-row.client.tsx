'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { SettingRow } from '#components/ui/setting-row.tsx'
import { WIDE } from '#components/ui/table.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { OPEN_TIERS, type OpenTier, type Tier, type TierTerms } from '#hooks/credit-types.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import type { SettingProps } from './credit-settings.client.tsx'
import { TIER_WORDS } from './credit-words.ts'

const isOpen = (tier: Tier): tier is OpenTier => OPEN_TIERS.some((open) => open === tier)

interface TierRowProps extends SettingProps {
  tiers: readonly TierTerms[]
}

/** The tier: what it adds to the price, which providers it may use, and how fast. */
export function TierRow({ credits: { tier }, tiers, onChange }: TierRowProps) {
  const { busy, fault, attempt } = useAttempt()
  const announce = useAnnounce()
  const [chosen, setChosen] = useState<Tier>(tier)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (chosen === tier || !isOpen(chosen)) return
    if (await attempt(() => onChange({ tier: chosen }))) announce(`The tier is ${TIER_WORDS[chosen]}.`)
  }
  return (
    <SettingRow
      id="credit-tier"
      title="Tier"
      explain={
        <p>
          A tier decides what is added to the base price, which providers answer, and how much a minute may hold. It
          acts within a second. Enterprise is agreed with the operator.
        </p>
      }
      now={`${TIER_WORDS[tier]}.`}
    >
      <form onSubmit={submit} noValidate aria-label="Tier" className="space-y-3">
        <TierTable tiers={tiers} current={tier} chosen={chosen} onChoose={setChosen} />
        {isOpen(tier) ? (
          <Button type="submit" aria-disabled={busy || chosen === tier}>
            Change tier
          </Button>
        ) : null}
        {fault ? <p className="text-sm text-bad">{fault.message}</p> : null}
      </form>
    </SettingRow>
  )
}

const HEAD = 'py-2 not-first:pl-3 text-xs font-normal text-text-2'
const NUMBER = 'py-2 not-first:pl-3 text-right'

interface TierTableProps {
  tiers: readonly TierTerms[]
  current: Tier
  chosen: Tier
  onChoose: (tier: Tier) => void
}

/** All tiers side by side; those that can be chosen have a radio button. */
function TierTable({ tiers, current, chosen, onChoose }: TierTableProps) {
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">Markup, limits and providers by tier</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            Tier
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Markup
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Requests a minute
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Tokens a minute
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            At once
          </th>
        </tr>
      </thead>
      <tbody>
        {tiers.map((terms) => (
          <tr key={terms.tier} data-tier={terms.tier} className="border-b border-line">
            <th scope="row" className="py-1 font-normal">
              <label className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
                <input
                  type="radio"
                  name="tier"
                  className="accent-accent"
                  checked={chosen === terms.tier}
                  disabled={!isOpen(terms.tier) || !isOpen(current)}
                  onChange={() => onChoose(terms.tier)}
                />
                {TIER_WORDS[terms.tier]}
              </label>
              <span className="block pb-1 pl-5 text-xs text-text-2">
                {terms.providers === '*' ? 'all providers' : terms.providers.join(', ')}
              </span>
            </th>
            <td className={NUMBER}>{terms.markup}</td>
            <td className={NUMBER}>{showTokensExact(BigInt(terms.requestsPerMinute))}</td>
            <td className={`${NUMBER} ${WIDE}`}>{showTokensExact(BigInt(terms.tokensPerMinute))}</td>
            <td className={`${NUMBER} ${WIDE}`}>{showTokensExact(BigInt(terms.parallelRequests))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
