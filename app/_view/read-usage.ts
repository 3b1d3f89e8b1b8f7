import { cookies } from 'next/headers'
import { baseContext } from '#app/_http/container.ts'
import { GROUPINGS, type NamedAccount, type UsageChoice } from '#components/usage/overview.ts'
import type { UsagePageProps } from '#components/usage/usage-page.tsx'
import { creditsOf, vaultAccount } from '#lib/metering/payer.ts'
import { isPeriod, periodOf } from '#lib/period/period.ts'
import { getSession, SESSION_COOKIE } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { forecastQuery, getForecast, getUsageOverview, resolveScope } from '#services/reports/index.ts'
import { listMyVaults } from '#services/subscriptions/index.ts'

export type Search = Record<string, string | string[] | undefined>

export type UsageReading =
  | { readonly address: string | null; readonly why: 'signed-out' | 'nothing-yet' | 'not-yours' }
  | { readonly address: string; readonly page: UsagePageProps }

/** What a page's address chooses; what it doesn't say, or says wrong, is the open month by model. */
function choiceOf(search: Search, open: number): UsageChoice {
  const text = (name: string): string => (typeof search[name] === 'string' ? search[name] : '')
  const month = /^(\d{4})-(\d{2})$/.exec(text('month'))
  const period = month ? Number.parseInt(`${month[1]}${month[2]}`, 10) : open
  return {
    period: isPeriod(period) && period <= open ? period : open,
    by: GROUPINGS.find((by) => by === text('by')) ?? 'model',
    account: text('account') || null,
  }
}

/** The usage of a month of whoever is signed in, as the owner of their subscriptions. */
export async function readUsage(search: Search): Promise<UsageReading> {
  const base = await baseContext()
  const token = (await cookies()).get(SESSION_COOKIE)?.value
  const session = token ? await getSession(base, token) : null
  if (!session) return { address: null, why: 'signed-out' }
  const { address } = session
  const ctx = withActor(base, { kind: 'user', address })
  const choice = choiceOf(search, periodOf(ctx.clock()))
  const accounts = await listNamed(ctx)
  if (accounts.length === 0) return { address, why: 'nothing-yet' }
  if (choice.account !== null && accounts.every(({ account }) => account !== choice.account)) {
    return { address, why: 'not-yours' }
  }
  return { address, page: { ...(await readMonth(ctx, choice)), accounts } }
}

/** The subscriptions of whoever is signed in, and their credits if anything was ever paid from them. */
async function listNamed(ctx: ServiceContext): Promise<NamedAccount[]> {
  const [{ vaults }, { accounts }] = await Promise.all([
    listMyVaults(ctx),
    resolveScope(ctx, { account: null, view: 'owner' }),
  ])
  const subscriptions = vaults.map(({ vault: { id, serviceName } }) => ({
    account: vaultAccount(BigInt(id)),
    name: serviceName || `Subscription ${id}`,
    href: `/subscriptions/${id}`,
  }))
  const credits = (accounts ?? []).filter((account) => creditsOf(account) !== null)
  return [...subscriptions, ...credits.map((account) => ({ account, name: 'Credits', href: '/credits' }))]
}

async function readMonth(ctx: ServiceContext, choice: UsageChoice): Promise<Omit<UsagePageProps, 'accounts'>> {
  const open = periodOf(ctx.clock())
  const query = forecastQuery.parse({ as: 'owner', ...(choice.account ? { account: choice.account } : {}) })
  const [month, forecast] = await Promise.all([
    getUsageOverview(ctx, { period: choice.period, by: choice.by, account: choice.account }),
    choice.period === open ? getForecast(ctx, query) : null,
  ])
  return { choice, open, month, forecast: forecast && forecast.billedUsd }
}
