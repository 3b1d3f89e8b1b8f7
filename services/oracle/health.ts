import { formatFlow } from '#lib/money/decimal.ts'
import { getMeteringState } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { isMigrated } from '#services/platform/db/migrate.ts'
import { getOutboxBacklog } from '#services/platform/outbox/lag.ts'
import type { OracleRole } from '#services/platform/settings.ts'
import { getSettlementBacklog } from '#services/settlement/index.ts'
import type { LoopState } from '#services/workers/loop.ts'

interface PartState<T> {
  readonly ok: boolean
  readonly ms: number
  readonly detail?: T
}

const PART_TIMEOUT_MS = 3_000

async function check<T>(probe: () => Promise<T>): Promise<PartState<T>> {
  const started = performance.now()
  const ms = (): number => Math.round(performance.now() - started)
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer')), PART_TIMEOUT_MS)
    })
    return { detail: await Promise.race([probe(), late]), ok: true, ms: ms() }
  } catch {
    // What exactly is wrong stands in the log of whoever needed the part.
    return { ok: false, ms: ms() }
  } finally {
    clearTimeout(timer)
  }
}

async function readBooks(ctx: ServiceContext) {
  const [outbox, metering, settlement] = await Promise.all([
    getOutboxBacklog(ctx),
    getMeteringState(ctx),
    getSettlementBacklog(ctx),
  ])
  return { outbox, metering, settlement }
}

async function readChain(ctx: ServiceContext) {
  const { oracleAddress } = ctx.env.flow
  const [{ height, time }, account] = await Promise.all([
    ctx.chain.latestBlock(),
    oracleAddress ? ctx.chain.account(oracleAddress) : null,
  ])
  const oracleFlow = account ? formatFlow(account.balance) : null
  return { height, ageMs: Math.max(0, ctx.clock().getTime() - time.getTime()), oracleFlow }
}

async function readLitellm(ctx: ServiceContext) {
  const { ready } = await ctx.litellm.readiness()
  if (!ready) throw new Error('LiteLLM is not ready')
  return {}
}

/** Asks every part how it is; one that doesn't answer keeps none of the others waiting. */
export async function readParts(ctx: ServiceContext) {
  const [database, chain, litellm] = await Promise.all([
    check(() => readBooks(ctx)),
    check(() => readChain(ctx)),
    check(() => readLitellm(ctx)),
  ])
  return { database, chain, litellm }
}

export type Parts = Awaited<ReturnType<typeof readParts>>

export interface Health {
  /** `ok`: everything works. `degraded`: usage is taken, something else waits. `down`: usage can't be stored. */
  readonly status: 'ok' | 'degraded' | 'down'
  readonly deploymentId: string
  readonly roles: readonly OracleRole[]
  readonly parts: Readonly<Record<keyof Parts, { ok: boolean; ms: number; detail?: Record<string, unknown> }>>
  /** How far behind each kind of work is, in milliseconds; null where nothing waits. */
  readonly lag: {
    readonly outboxMs: number | null
    readonly pollMs: number | null
    readonly unsettledMs: number | null
  }
  readonly workers: readonly LoopState[]
}

/** How this process and all that it rests on are, and how far behind they are. */
export async function getHealth(ctx: ServiceContext, workers: () => LoopState[]): Promise<Health> {
  const { database, chain, litellm } = await readParts(ctx)
  const { outbox, metering, settlement } = database.detail ?? {}
  const states = workers()
  const isWell = chain.ok && litellm.ok && states.every(({ failures }) => failures === 0)
  const deadLetters = [...(metering?.deadLetters.values() ?? [])].reduce((sum, open) => sum + open, 0)
  return {
    status: !database.ok ? 'down' : isWell ? 'ok' : 'degraded',
    deploymentId: ctx.deploymentId,
    roles: ctx.env.oracle.roles,
    parts: {
      database: {
        ok: database.ok,
        ms: database.ms,
        ...(metering && settlement
          ? { detail: { events: metering.events, deadLetters, alarms: settlement.alarms } }
          : {}),
      },
      chain,
      litellm,
    },
    lag: {
      outboxMs: outbox ? Math.max(0, ...outbox.map(({ lagMs }) => lagMs)) : null,
      pollMs: metering?.pollLagMs ?? null,
      unsettledMs: settlement?.unsettledMs ?? null,
    },
    workers: states,
  }
}

/** Whether usage can be stored: the database answers and has the newest schema. */
export async function isDatabaseReady(ctx: ServiceContext): Promise<boolean> {
  const { ok } = await check(async () => {
    if (!(await isMigrated(ctx.db))) throw new Error('migrations are missing')
  })
  return ok
}
