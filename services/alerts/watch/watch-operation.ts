import { formatFlow, parseFlow } from '#lib/money/decimal.ts'
import { showFlow } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { showDuration } from '#lib/format/time.ts'
import { periodLabel } from '#lib/period/period.ts'
import { getMeteringState } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getOutboxLag } from '#services/platform/outbox/lag.ts'
import { type Condition, holdCondition } from '../hold-condition.ts'
import { raiseAlerts } from '../raise-alerts.ts'
import { type NewAlert, OPERATOR } from '../schemas.ts'
import { countStuck, listAlarms, listUnbilled } from './store.ts'

/** Alarms are looked for so far back: no process is down for longer unnoticed. */
const ALARM_DAYS = 30
const DAY_MS = 86_400_000
/** So many refusals in a row are no accident of the chain. */
const REFUSALS = 3

const plural = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`)

/** Looks at everything that an operator must know of. One look that fails keeps no other from being taken. */
export async function watchOperation(ctx: ServiceContext): Promise<void> {
  const looks = { outboxLate, metering, settlementLate, usageUnbilled, oracleFlow, settlementAlarms }
  for (const [name, look] of Object.entries(looks)) {
    try {
      await look(ctx)
    } catch (err) {
      ctx.log.warn({ err, look: name }, 'a condition could not be looked at')
    }
  }
}

const late = (sentence: string, data: Record<string, unknown>): Condition => ({
  kind: 'work_late',
  severity: 'warning',
  sentence,
  data,
})

const inWords = (ms: number): string => showDuration(Math.floor(ms / 1000))

async function outboxLate(ctx: ServiceContext): Promise<void> {
  const lagMs = await getOutboxLag(ctx)
  const sentence = `Work has been waiting in the outbox for ${inWords(lagMs)}. Look at the oracle’s log and health page.`
  const found = lagMs > ctx.env.alerts.lagMs ? late(sentence, { part: 'outbox', lagMs }) : null
  await holdCondition(ctx, 'late:outbox', found)
}

async function metering(ctx: ServiceContext): Promise<void> {
  const { pollLagMs, deadLetters, newestDeadLetterAt } = await getMeteringState(ctx)
  await pollLate(ctx, pollLagMs ?? 0)
  const total = [...deadLetters.values()].reduce((sum, open) => sum + open, 0)
  const sentence =
    `${plural(total, 'call', 'calls')} can’t be billed as delivered. ` +
    'Look at the dead letters: replay, correct or discard them.'
  const data = { total, reasons: Object.fromEntries(deadLetters) }
  const found: Condition = { kind: 'dead_letters', severity: 'warning', sentence, data, worseAt: newestDeadLetterAt }
  await holdCondition(ctx, 'dead_letters', total > 0 ? found : null)
}

async function pollLate(ctx: ServiceContext, ageMs: number): Promise<void> {
  const lagMs = ageMs - ctx.env.oracle.pollIntervalMs
  const sentence =
    `LiteLLM’s books of a key were last read ${inWords(ageMs)} ago. ` +
    'Check that LiteLLM answers; usage that its plug-in lost is found only there.'
  const found = lagMs > ctx.env.alerts.lagMs ? late(sentence, { part: 'poll', lagMs }) : null
  await holdCondition(ctx, 'late:poll', found)
}

async function settlementLate(ctx: ServiceContext): Promise<void> {
  const plannedBefore = new Date(ctx.clock().getTime() - ctx.env.alerts.lagMs)
  const stuck = await countStuck(ctx.db, ctx.deploymentId, { plannedBefore, refusals: REFUSALS })
  const sentence =
    `${plural(stuck, 'reading does', 'readings do')} not settle on chain. ` +
    'Check that Flow answers and that the oracle’s account is appointed and has FLOW.'
  await holdCondition(ctx, 'late:settlement', stuck > 0 ? late(sentence, { part: 'settlement', stuck }) : null)
}

/** Something about a vault's money that only a person can put right. */
const alarmOf = (vaultId: bigint | string, told: Pick<NewAlert, 'dedupe' | 'sentence' | 'data'>): NewAlert => ({
  kind: 'settlement_alarm',
  severity: 'critical',
  to: OPERATOR,
  account: `vault:${vaultId}`,
  ...told,
})

/** What will never be billed is late no longer: it is told by itself, each time that it becomes more. */
async function usageUnbilled(ctx: ServiceContext): Promise<void> {
  const unbilled = await listUnbilled(ctx.db, ctx.deploymentId)
  await raiseAlerts(
    ctx,
    unbilled.map(({ vaultId, period, reason, tokens }) =>
      alarmOf(vaultId, {
        dedupe: `unbilled:${vaultId}:${period}:${tokens}`,
        sentence:
          `${showTokensExact(BigInt(tokens))} tokens of subscription ${vaultId}, ${periodLabel(period)}, are not ` +
          `billed and can’t be any more (${reason}). They came, or were settled, too late.`,
        data: { period, reason, tokens },
      }),
    ),
  )
}

async function oracleFlow(ctx: ServiceContext): Promise<void> {
  const { oracleAddress } = ctx.env.flow
  const account = oracleAddress ? await ctx.chain.account(oracleAddress) : null
  if (!account) return
  const least = parseFlow(ctx.env.alerts.oracleFlow)
  const sentence =
    `The oracle’s account ${oracleAddress} has ${showFlow(account.balance)} left. ` +
    `Send it FLOW: without it nothing settles. You wanted to be told below ${showFlow(least)}.`
  const data = { address: oracleAddress, balance: formatFlow(account.balance), least: formatFlow(least) }
  const found: Condition = { kind: 'oracle_flow_low', severity: 'critical', sentence, data }
  await holdCondition(ctx, 'oracle_flow', account.balance < least ? found : null)
}

async function settlementAlarms(ctx: ServiceContext): Promise<void> {
  const since = new Date(ctx.clock().getTime() - ALARM_DAYS * DAY_MS)
  const alarms = await listAlarms(ctx.db, ctx.deploymentId, since)
  await raiseAlerts(
    ctx,
    alarms.map(({ id, vaultId, period, alarm }) =>
      alarmOf(vaultId, {
        dedupe: `settlement_alarm:${id}`,
        sentence: `Reading ${id} of subscription ${vaultId}, ${periodLabel(period)}: ${alarm}. Compare it with the chain.`,
        data: { readingId: id, period, alarm },
      }),
    ),
  )
}
