import { clsx } from 'clsx'
import Link from 'next/link'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { nextPeriod, periodLabel, previousPeriod } from '#lib/period/period.ts'
import { EVERYONE, GROUPINGS, type NamedAccount, type UsageChoice } from './overview.ts'
import { usagePath } from './usage-words.ts'

interface UsageControlsProps {
  choice: UsageChoice
  /** The month that is open now: there is none after it. */
  open: number
  accounts: readonly NamedAccount[]
  /** Who may choose everyone. */
  isAdmin: boolean
}

/** The month, the grouping and the account: links, so each choice has an address. */
export function UsageControls({ choice, open, accounts, isAdmin }: UsageControlsProps) {
  const { period, by } = choice
  const step = (to: number, words: string) => (
    <Link className={buttonClass('quiet', 'px-2')} href={usagePath({ ...choice, period: to })}>
      {words}
    </Link>
  )
  return (
    <div className="mb-6 flex flex-wrap items-center gap-x-6 gap-y-3">
      <nav aria-label="Month" className="flex flex-wrap items-center gap-1">
        {step(previousPeriod(period), `‹ ${periodLabel(previousPeriod(period))}`)}
        <span className="px-2 text-sm font-semibold">{periodLabel(period)}</span>
        {period < open ? step(nextPeriod(period), `${periodLabel(nextPeriod(period))} ›`) : null}
      </nav>
      <nav aria-label="Grouping" className="flex flex-wrap gap-1">
        {GROUPINGS.map((each) => (
          <Link
            key={each}
            href={usagePath({ ...choice, by: each })}
            aria-current={each === by ? 'page' : undefined}
            className={clsx(
              'inline-flex min-h-9 items-center rounded-md border px-3 text-sm pointer-coarse:min-h-11',
              each === by
                ? 'border-line bg-surface font-medium text-text'
                : 'border-transparent text-text-2 hover:text-text',
            )}
          >
            By {each}
          </Link>
        ))}
      </nav>
      {isAdmin || accounts.length > 1 ? <AccountChoice choice={choice} accounts={accounts} isAdmin={isAdmin} /> : null}
    </div>
  )
}

function AccountChoice({ choice, accounts, isAdmin }: Omit<UsageControlsProps, 'open'>) {
  const { searchParams } = new URL(usagePath({ ...choice, account: null }), 'http://here')
  return (
    <form action="/usage" className="flex max-w-full items-center gap-2">
      {[...searchParams].map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <label className="sr-only" htmlFor="usage-account">
        Account
      </label>
      <select
        id="usage-account"
        name="account"
        key={choice.account}
        defaultValue={choice.account ?? ''}
        className="min-h-9 max-w-56 min-w-0 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:min-h-11"
      >
        {isAdmin ? <option value={EVERYONE}>Everyone</option> : null}
        <option value="">{isAdmin ? 'All of yours' : 'All accounts'}</option>
        {accounts.map(({ account, name }) => (
          <option key={account} value={account}>
            {name}
          </option>
        ))}
      </select>
      <Button type="submit">Show</Button>
    </form>
  )
}
