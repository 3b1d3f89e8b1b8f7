import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ServiceContext } from '#services/platform/context.ts'
import { telemetry } from '#services/platform/telemetry.ts'
import type { LoopState } from '#services/workers/loop.ts'
import { type Parts, readParts } from './health.ts'

collectDefaultMetrics({ register: telemetry })

const SECOND_MS = 1_000

/** Gauges of one scrape: what they say is read anew each time, so that no restart of a process resets it. */
function createGauges() {
  const registry = new Registry()
  const gauge =
    (name: string, help: string) =>
    (value: number, labels: Record<string, string> = {}): void => {
      const known = registry.getSingleMetric(`flareflow_${name}`)
      const made = known instanceof Gauge ? known : null
      const labelNames = Object.keys(labels)
      const metric = made ?? new Gauge({ name: `flareflow_${name}`, help, labelNames, registers: [registry] })
      metric.set(labels, value)
    }
  return { registry, gauge }
}

type Gauges = ReturnType<typeof createGauges>['gauge']

function setBooks(gauge: Gauges, { database }: Parts): void {
  if (!database.detail) return
  const { outbox, metering, settlement } = database.detail
  gauge('events_stored', 'Events stored since the beginning.')(metering.events)
  const deadLetters = gauge('dead_letters_open', 'Usage that could not be stored and waits to be looked at.')
  for (const [reason, open] of metering.deadLetters) deadLetters(open, { reason })
  gauge('polled_keys', "Keys whose rows in LiteLLM's books are read.")(metering.keys)
  if (metering.pollLagMs !== null) {
    gauge(
      'poll_lag_seconds',
      "Age of the last read of LiteLLM's books, of the key that is furthest behind.",
    )(metering.pollLagMs / SECOND_MS)
  }
  const waiting = gauge('outbox_waiting', 'Messages of the outbox that are not done, by kind.')
  const lag = gauge('outbox_lag_seconds', 'How long the oldest message that is due has been waiting, by kind.')
  for (const { kind, waiting: count, lagMs } of outbox) {
    waiting(count, { kind })
    lag(lagMs / SECOND_MS, { kind })
  }
  const readings = gauge('readings', 'Readings on their way; sealed and failed: those that ended within a day.')
  for (const status of ['planned', 'submitted', 'sealed', 'failed'] as const) readings(settlement[status], { status })
  gauge('settlement_alarms', 'Readings on which chain and books disagree.')(settlement.alarms)
  gauge(
    'unsettled_seconds',
    'Age of the oldest billable call that no sealed reading carries.',
  )((settlement.unsettledMs ?? 0) / SECOND_MS)
}

function setChain(gauge: Gauges, { chain }: Parts): void {
  if (!chain.detail) return
  const { height, ageMs, oracleFlow } = chain.detail
  gauge('chain_height', "Height of the chain's newest sealed block.")(height)
  gauge('chain_block_age_seconds', 'Age of that block.')(ageMs / SECOND_MS)
  if (oracleFlow !== null)
    gauge('oracle_flow', "FLOW of the oracle's account, for fees.")(Number.parseFloat(oracleFlow))
}

function setLoops(gauge: Gauges, states: readonly LoopState[], now: Date): void {
  const failures = gauge('loop_failures', 'Rounds of a loop that failed in a row.')
  const age = gauge('loop_success_age_seconds', "Time since a loop's last round that succeeded.")
  for (const { name: loop, failures: count, lastSuccessAt } of states) {
    failures(count, { loop })
    if (lastSuccessAt) age((now.getTime() - lastSuccessAt.getTime()) / SECOND_MS, { loop })
  }
}

/** Everything there is to measure, in Prometheus' text form. Labels are of fixed sets only. */
export async function renderMetrics(
  ctx: ServiceContext,
  states: readonly LoopState[],
): Promise<{ type: string; text: string }> {
  const parts = await readParts(ctx)
  const { registry, gauge } = createGauges()
  const up = gauge('up', 'Whether a part answers.')
  for (const part of ['database', 'chain', 'litellm'] as const) up(parts[part].ok ? 1 : 0, { part })
  const roles = gauge('role', 'Roles of this process.')
  for (const role of ctx.env.oracle.roles) roles(1, { role })
  setBooks(gauge, parts)
  setChain(gauge, parts)
  setLoops(gauge, states, ctx.clock())
  const all = Registry.merge([telemetry, registry])
  return { type: all.contentType, text: await all.metrics() }
}
