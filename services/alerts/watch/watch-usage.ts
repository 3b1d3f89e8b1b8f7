import { showTokens } from '#lib/format/tokens.ts'
import { UNUSUAL_DAYS, UNUSUAL_RULE, unusualUsage } from '#lib/limits/unusual-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { audienceOf } from '../audience-of.ts'
import { raiseAlerts } from '../raise-alerts.ts'
import { type NewAlert, OPERATOR } from '../schemas.ts'
import { type AccountTokens, type HourOfAccount, listBusyHours, listHeavyAccounts } from './store.ts'

const HOUR_MS = 3_600_000

/** Tells whose an account is of hours that jump out of what is usual, the operator of very much usage: once a day. */
export async function watchUsage(ctx: ServiceContext): Promise<void> {
  const now = ctx.clock()
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS)
  const day = now.toISOString().slice(0, 10)
  const heavyAbove = ctx.env.alerts.heavyTokens
  const [busy, heavy] = [
    await listBusyHours(ctx.db, ctx.deploymentId, { hour, days: UNUSUAL_DAYS, least: UNUSUAL_RULE.leastVolume }),
    await listHeavyAccounts(ctx.db, ctx.deploymentId, { day, above: heavyAbove }),
  ]
  const jumps = await Promise.all(busy.map((each) => unusualAlert(ctx, each, hour, day)))
  await raiseAlerts(ctx, [...jumps.flat(), ...heavy.map((each) => heavyAlert(each, day, heavyAbove))])
}

/** `vault:7` or `credits:cr_…` in words. */
const nameOf = (account: string): string =>
  account.replace(/^vault:/, 'subscription ').replace(/^credits:/, 'credit account ')

async function unusualAlert(
  ctx: ServiceContext,
  { account, tokens, history }: HourOfAccount,
  hour: Date,
  day: string,
): Promise<NewAlert[]> {
  const jump = unusualUsage(tokens, history)
  if (!jump) return []
  const sentence =
    `Since ${hour.toISOString().slice(11, 16)} UTC ${nameOf(account)} used ${showTokens(tokens)} tokens; ` +
    `usual at this hour are ${showTokens(jump.usual)}. If that is not you, ${account.startsWith('credits:') ? 'revoke' : 'block'} the key.`
  const data = { hour: hour.toISOString(), tokens: tokens.toString(), usual: jump.usual.toString() }
  const dedupe = `unusual_usage:${account}:${day}`
  const to = await audienceOf(ctx, account)
  return [{ kind: 'unusual_usage', severity: 'warning', to, account, dedupe, sentence, data }]
}

function heavyAlert({ account, tokens }: AccountTokens, day: string, above: bigint): NewAlert {
  const sentence =
    `On ${day} UTC ${nameOf(account)} used ${showTokens(tokens)} tokens so far, ` +
    `more than the ${showTokens(above)} above which you are told.`
  const data = { day, tokens: tokens.toString(), above: above.toString() }
  const dedupe = `heavy_account:${account}:${day}`
  return { kind: 'heavy_account', severity: 'info', to: OPERATOR, account, dedupe, sentence, data }
}
