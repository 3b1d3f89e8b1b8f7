import { showTokens } from '#lib/format/tokens.ts'
import { UNUSUAL_DAYS, UNUSUAL_RULE, unusualUsage } from '#lib/limits/unusual-usage.ts'
import { dayName } from '#lib/period/day-name.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { audienceOf } from '../audience-of.ts'
import { raiseAlerts } from '../raise-alerts.ts'
import { type NewAlert, OPERATOR } from '../schemas.ts'
import { type AccountTokens, type HourOfAccount, listBusyHours, listHeavyAccounts } from './store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Tells whose an account is of hours that jump out of what is usual, the operator of very much usage: once a day. What
 * was used after the last look at an hour or a day, or was told late, is seen in the one that follows.
 */
export async function watchUsage(ctx: ServiceContext): Promise<void> {
  const now = ctx.clock().getTime()
  const open = Math.floor(now / HOUR_MS) * HOUR_MS
  for (const hour of [new Date(open - HOUR_MS), new Date(open)]) {
    await raiseAlerts(ctx, await unusualAlerts(ctx, hour, hour.getTime() < open))
  }
  for (const time of [now - DAY_MS, now])
    await raiseAlerts(ctx, await heavyAlerts(ctx, dayName(new Date(time)), time < now))
}

async function unusualAlerts(ctx: ServiceContext, hour: Date, isOver: boolean): Promise<NewAlert[]> {
  const wanted = { hour, days: UNUSUAL_DAYS, least: UNUSUAL_RULE.leastVolume }
  const busy = await listBusyHours(ctx.db, ctx.deploymentId, wanted)
  return (await Promise.all(busy.map((each) => unusualAlert(ctx, each, hour, isOver)))).flat()
}

async function heavyAlerts(ctx: ServiceContext, day: string, isOver: boolean): Promise<NewAlert[]> {
  const above = ctx.env.alerts.heavyTokens
  const heavy = await listHeavyAccounts(ctx.db, ctx.deploymentId, { day, above })
  return heavy.map((each) => heavyAlert(each, { day, above, isOver }))
}

/** `vault:7` or `credits:cr_…` in words. */
const nameOf = (account: string): string =>
  account.replace(/^vault:/, 'subscription ').replace(/^credits:/, 'credit account ')

const timeOf = (time: Date): string => time.toISOString().slice(11, 16)

async function unusualAlert(
  ctx: ServiceContext,
  { account, tokens, history }: HourOfAccount,
  hour: Date,
  isOver: boolean,
): Promise<NewAlert[]> {
  const jump = unusualUsage(tokens, history)
  if (!jump) return []
  const until = isOver ? ` to ${timeOf(new Date(hour.getTime() + HOUR_MS))}` : ''
  const sentence =
    `${isOver ? 'From' : 'Since'} ${timeOf(hour)}${until} UTC ${nameOf(account)} used ${showTokens(tokens)} tokens; ` +
    `usual at this hour are ${showTokens(jump.usual)}. If that is not you, ${account.startsWith('credits:') ? 'revoke' : 'block'} the key.`
  const data = { hour: hour.toISOString(), tokens: tokens.toString(), usual: jump.usual.toString() }
  const dedupe = `unusual_usage:${account}:${dayName(hour)}`
  const to = await audienceOf(ctx, account)
  return [{ kind: 'unusual_usage', severity: 'warning', to, account, dedupe, sentence, data }]
}

function heavyAlert(
  { account, tokens }: AccountTokens,
  { day, above, isOver }: { day: string; above: bigint; isOver: boolean },
): NewAlert {
  const sentence =
    `On ${day} UTC ${nameOf(account)} used ${showTokens(tokens)} tokens${isOver ? '' : ' so far'}, ` +
    `more than the ${showTokens(above)} above which you are told.`
  const data = { day, tokens: tokens.toString(), above: above.toString() }
  const dedupe = `heavy_account:${account}:${day}`
  return { kind: 'heavy_account', severity: 'info', to: OPERATOR, account, dedupe, sentence, data }
}
