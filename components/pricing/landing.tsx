import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { type Period, periodLabel } from '#lib/period/period.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { Estimator } from './estimator.client.tsx'
import { QuickStart } from './quick-start.tsx'
import { MultiplierTable, TierTable } from './tier-table.tsx'

const HOW = {
  volume: 'The tier of the month’s total prices all of its tokens.',
  graduated: 'Each part of the month’s tokens is priced at its own tier.',
}

const PROOF = [
  ['Metered', 'LiteLLM counts the tokens of every request. Failed requests and cache hits are free.'],
  ['Priced on chain', 'The contract computes the price itself, from a schedule that only changes with notice.'],
  ['Checkable', 'Each bill carries the root of a tree over its requests, stored on Flow.'],
] as const

interface LandingProps {
  schedule: Schedule
  period: Period
  gatewayUrl: string
}

/** The public page: what it is, what it costs, how to begin. */
export function Landing({ schedule, period, gatewayUrl }: LandingProps) {
  return (
    <>
      <section className="max-w-2xl">
        <h1 tabIndex={-1} className="text-2xl font-semibold text-balance outline-none">
          Pay for the tokens you use. Check every bill yourself.
        </h1>
        <p className="mt-3 text-base text-text-2">
          API keys for LLMs, prepaid in FLOW, metered by LiteLLM, settled on chain. What you don’t use stays yours.
        </p>
        <div className="mt-6 flex flex-wrap gap-2">
          <Link className={buttonClass('primary')} href="/subscriptions/new">
            Create a subscription
          </Link>
          <Link className={buttonClass('secondary')} href="/trust">
            See what is proven
          </Link>
        </div>
      </section>
      <section className="mt-12 grid gap-10 border-t border-line pt-8 lg:grid-cols-2">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">Estimate a month</h2>
          <Estimator schedule={schedule} />
        </div>
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">Prices</h2>
          <p className="mt-1 text-xs text-text-2">
            Schedule {schedule.version.toString()} for {periodLabel(period)}, UTC, read from the chain.{' '}
            {HOW[schedule.mode]}
          </p>
          <TierTable tiers={schedule.tiers} />
          <MultiplierTable multipliers={schedule.multipliers} />
        </div>
      </section>
      <section className="mt-12 border-t border-line pt-8">
        <h2 className="text-lg font-semibold">A bill that nobody has to trust</h2>
        <ol className="mt-4 grid gap-6 sm:grid-cols-3">
          {PROOF.map(([title, text], index) => (
            <li key={title}>
              <p className="font-medium">
                {index + 1}. {title}
              </p>
              <p className="mt-1 text-text-2">{text}</p>
            </li>
          ))}
        </ol>
        <Link className={buttonClass('secondary', 'mt-6')} href="/verify">
          Check a receipt
        </Link>
      </section>
      <section className="mt-12 border-t border-line pt-8">
        <h2 className="text-lg font-semibold">Quick start</h2>
        <QuickStart gatewayUrl={gatewayUrl} />
      </section>
    </>
  )
}
