import { AppError } from '#lib/errors/app-error.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import { requireAccount } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toAccount } from './get-account.ts'
import type { CreditAccount } from './schemas.ts'
import { countOpenHolds, findAccountById, listMonths, listOpenGrants } from './store.ts'

export interface CreditsView {
  readonly account: CreditAccount
  /** What a request may cost now: neither what others hold, nor of grants that have ended, nor of a frozen account. */
  readonly usable: Usd
  /** Requests under way, or whose end isn't known yet. */
  readonly openHolds: number
  readonly month: { readonly period: Period; readonly spent: Usd; readonly held: Usd }
  /** Given credits that end, the next to end first. */
  readonly grants: readonly { readonly amount: Usd; readonly remaining: Usd; readonly expiresAt: Date }[]
  readonly asOf: Date
}

/** The account that asks: what it has, what its month came to, and what it was given. */
export async function describeCredits(ctx: ServiceContext): Promise<CreditsView> {
  const accountId = requireAccount(ctx.actor)
  const asOf = ctx.clock()
  const row = await findAccountById(ctx.db, accountId)
  if (!row) throw new AppError('not_found', 'You have no credit account yet. Sign in once to open it.')
  const period = periodOf(asOf)
  const hasEnded = ({ expiresAt }: { readonly expiresAt: Date }): boolean => expiresAt <= asOf
  const [[month], open, openHolds] = await Promise.all([
    listMonths(ctx.db, [accountId], [period]),
    listOpenGrants(ctx.db, [accountId]),
    countOpenHolds(ctx.db, accountId),
  ])
  const [ended, running] = [open.filter(hasEnded), open.filter((grant) => !hasEnded(grant))]
  const lost = ended.reduce((sum, { remaining }) => sum + remaining, 0n)
  const free = row.status === 'frozen' ? 0n : row.balance - row.held - lost
  const grants = running.map(({ amount, remaining, expiresAt }) => ({
    amount: usd(amount),
    remaining: usd(remaining),
    expiresAt,
  }))
  return {
    account: toAccount(row),
    usable: usd(free > 0n ? free : 0n),
    openHolds,
    month: { period, spent: usd(month?.spent ?? 0n), held: usd(month?.held ?? 0n) },
    grants: grants.sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()),
    asOf,
  }
}
