import { cookies } from 'next/headers'
import { dayName } from '#lib/period/day-name.ts'
import { baseContext } from '#app/_http/container.ts'
import type { WhyNoUsage } from '#components/usage/no-usage-page.tsx'
import {
  EVERYONE,
  GROUPINGS,
  type NamedAccount,
  type OperatorReports,
  type UsageChoice,
  type UsageMonth,
} from '#components/usage/overview.ts'
import type { UsagePageProps } from '#components/usage/usage-page.tsx'
import { usagePath } from '#components/usage/usage-words.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { creditsOf, vaultAccount, vaultOf } from '#lib/metering/payer.ts'
import { isPeriod, nextPeriod, periodOf, periodStart } from '#lib/period/period.ts'
import { getRoles, getSession, SESSION_COOKIE } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import {
  accountName,
  findHolders,
  forecastQuery,
  getForecast,
  getHeavyUsers,
  getTotals,
  getTrend,
  getUsageOverview,
  heavyUsersQuery,
  resolveScope,
  totalsQuery,
  trendQuery,
} from '#services/reports/index.ts'
import { listMyVaults } from '#services/subscriptions/index.ts'

export type Search = Record<string, string | string[] | undefined>

export type UsageReading =
  | { readonly address: string | null; readonly why: WhyNoUsage }
  | { readonly address: string; readonly page: UsagePageProps }

/** Months that a trend has. */
const TREND_MONTHS = 6

/** What a page's address chooses; what it doesn't say, or says wrong, is the open month by model. */
function choiceOf(search: Search, open: number): Omit<UsageChoice, 'as'> {
  const text = (name: string): string => (typeof search[name] === 'string' ? search[name] : '')
  const month = /^(\d{4})-(\d{2})$/.exec(text('month'))
  const period = month ? Number.parseInt(`${month[1]}${month[2]}`, 10) : open
  return {
    period: isPeriod(period) && period <= open ? period : open,
    by: GROUPINGS.find((by) => by === text('by')) ?? 'model',
    account: text('account') || null,
  }
}

/** The usage of a month of whoever is signed in. */
export async function readUsage(search: Search): Promise<UsageReading> {
  const base = await baseContext()
  const token = (await cookies()).get(SESSION_COOKIE)?.value
  const session = token ? await getSession(base, token) : null
  if (!session) return { address: null, why: 'signed-out' }
  return readUsageOf(base, session.address, search)
}

/** A month as somebody may see it: as the owner of their subscriptions and credits, as the admin of all there is. */
export async function readUsageOf(base: ServiceContext, address: string, search: Search): Promise<UsageReading> {
  const ctx = withActor(base, { kind: 'user', address })
  const asked = choiceOf(search, periodOf(ctx.clock()))
  const [accounts, { admin: isAdmin }] = await Promise.all([listNamed(ctx), getRoles(ctx, address)])
  // An admin without usage of their own comes to see everybody's.
  const account = asked.account ?? (isAdmin && accounts.length === 0 ? EVERYONE : null)
  const isOwn = account === null || accounts.some((each) => each.account === account)
  if (!isAdmin && account === EVERYONE) return { address, why: 'not-admin' }
  if (!isAdmin && accounts.length === 0) return { address, why: 'nothing-yet' }
  if (!isOwn && (!isAdmin || !isAccount(account))) return { address, why: 'not-yours' }
  const choice: UsageChoice = { ...asked, account, as: isOwn ? 'owner' : 'admin' }
  try {
    return { address, page: { ...(await readMonth(ctx, choice, accounts)), isAdmin } }
  } catch (error) {
    const why = error instanceof AppError ? REFUSED[error.code] : undefined
    if (why === undefined) throw error
    return { address, why }
  }
}

const isAccount = (account: string): boolean => account === EVERYONE || accountName.safeParse(account).success

const REFUSED: Readonly<Record<string, WhyNoUsage>> = {
  vault_not_found: 'not-yours',
  not_found: 'not-yours',
  report_too_large: 'too-much',
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

/** Whose usage is read, in the words of the reports. */
const whoseOf = ({ account, as }: UsageChoice) => ({
  as,
  ...(account === null || account === EVERYONE ? {} : { account }),
})

async function readMonth(
  ctx: ServiceContext,
  choice: UsageChoice,
  accounts: readonly NamedAccount[],
): Promise<Omit<UsagePageProps, 'isAdmin'>> {
  const open = periodOf(ctx.clock())
  const { account = null, as: view } = whoseOf(choice)
  const [month, forecast] = await Promise.all([
    getUsageOverview(ctx, { period: choice.period, by: choice.by, account, view }),
    choice.period === open ? getForecast(ctx, forecastQuery.parse(whoseOf(choice))) : null,
  ])
  const shown = { choice, open, month, forecast: forecast && forecast.billedUsd }
  if (view === 'owner') return { ...shown, accounts, payers: accounts.length > 1 ? accounts : [], reports: null }
  const reports = { ...(await readReports(ctx, choice)), costForecast: forecast && forecast.litellmUsd }
  const payers = await namePayers(ctx, choice, { month, reports })
  return { ...shown, accounts: [...accounts, ...payers.filter((each) => each.account === account)], payers, reports }
}

/** What the operator sees beside the usage: costs, the months before, and who uses most. */
async function readReports(ctx: ServiceContext, choice: UsageChoice): Promise<Omit<OperatorReports, 'costForecast'>> {
  const [begin, to] = [periodStart(choice.period), dayName(periodStart(nextPeriod(choice.period)))]
  const first = dayName(new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() - TREND_MONTHS + 1, 1)))
  const month = { ...whoseOf(choice), from: dayName(begin), to }
  const [totals, { rows: months }, { heaviest }] = await Promise.all([
    getTotals(ctx, totalsQuery.parse(month)),
    getTrend(ctx, trendQuery.parse({ ...month, from: first, every: 'month' })),
    getHeavyUsers(ctx, heavyUsersQuery.parse(month)),
  ])
  return { totals, months, heaviest }
}

/** The accounts that the page shows, with whose they are. */
async function namePayers(
  ctx: ServiceContext,
  choice: UsageChoice,
  { month, reports }: { month: UsageMonth; reports: Pick<OperatorReports, 'heaviest'> },
): Promise<NamedAccount[]> {
  const chosen = whoseOf(choice).account ?? null
  const shown = [chosen, ...[...month.groups, ...reports.heaviest].map(({ account }) => account)]
  const accounts = [...new Set(shown.filter((account) => account !== null))]
  const holders = await findHolders(ctx, accounts)
  return accounts.map((account) => {
    const vaultId = vaultOf(account)
    const what = vaultId === null ? 'Credits' : `Subscription ${vaultId}`
    const holder = holders.get(account)
    return { account, name: holder ? `${what} of ${holder}` : what, href: usagePath({ ...choice, account }) }
  })
}
