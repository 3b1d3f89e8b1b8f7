'use client'

import { UsdAmount } from '#components/ui/amount.client.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { Credits } from '#hooks/credit-types.ts'
import { capPercent, grantSentences, monthLabel, runningWords } from './credit-words.ts'

const Amount = ({ text }: { text: string }) => <UsdAmount amount={parseUsd(text)} />

/** Usable, held, and what this month spent of its cap. */
export function CreditStrip({ credits }: { credits: Credits }) {
  const { usable_usd: usable, held_usd: held, balance_usd: balance, month } = credits
  const percent = capPercent(month)
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <div className="max-w-4xl">
      <Figures>
        <Figure
          id="usable"
          label="Usable"
          value={<Amount text={usable} />}
          note={grantSentences(credits, zone).map((sentence) => (
            <span key={sentence} className="block">
              {sentence}
            </span>
          ))}
        />
        <Figure
          id="held"
          label="Held by running requests"
          value={<Amount text={held} />}
          note={
            <>
              <span className="block">{runningWords(credits)}</span>
              of <Amount text={balance} /> in the account
            </>
          }
        />
        <Figure
          id="month"
          label={`Spent in ${monthLabel(month.period)}, UTC`}
          value={<Amount text={month.spent_usd} />}
          note={
            month.cap_usd === null ? (
              'no cap'
            ) : (
              <>
                of <Amount text={month.cap_usd} /> cap, {percent}%
                {percent === null ? null : <Meter percent={percent} tone={capTone(percent)} />}
              </>
            )
          }
        />
      </Figures>
    </div>
  )
}

const capTone = (percent: number) => (percent >= 100 ? 'bad' : percent >= 80 ? 'warn' : 'ok')

/** What stops requests now, and what to do about it. */
export function AccountNotices({ credits }: { credits: Credits }) {
  const { status, receivable_usd: owed, month } = credits
  const percent = capPercent(month)
  return (
    <div className="mb-4 space-y-4 empty:hidden">
      {status === 'frozen' ? (
        <Notice tone="bad" title="This account is frozen: requests are refused.">
          {parseUsd(owed) > 0n
            ? `A payment was taken back, and ${showUsd(parseUsd(owed))} is owed. The next purchase pays it first; then requests work again.`
            : 'Ask the operator why.'}
        </Notice>
      ) : null}
      {percent !== null && percent >= 100 && month.cap_usd !== null ? (
        <Notice
          tone="warn"
          title={`The cap of ${showUsd(parseUsd(month.cap_usd))} for ${monthLabel(month.period)} is reached.`}
        >
          New requests are refused until the next UTC month begins or until you raise the cap below.
        </Notice>
      ) : null}
    </div>
  )
}
