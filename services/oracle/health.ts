import { getOutboxLag } from '#services/platform/outbox/lag.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { listDeadLetters } from '#services/metering/index.ts'
import type { LoopState } from '#services/workers/loop.ts'

interface PartState {
  readonly ok: boolean
  readonly ms: number
  readonly detail?: Readonly<Record<string, unknown>>
}

export interface Health {
  /** `ok`: everything works. `degraded`: usage is taken, something else waits. `down`: usage can't be stored. */
  readonly status: 'ok' | 'degraded' | 'down'
  readonly deploymentId: string
  readonly parts: Readonly<Record<'database' | 'chain' | 'litellm', PartState>>
  readonly workers: readonly LoopState[]
}

const PART_TIMEOUT_MS = 3_000

async function check(probe: () => Promise<Record<string, unknown>>): Promise<PartState> {
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

/** Asks every part how it is, and how far behind it is. */
export async function getHealth(ctx: ServiceContext, workers: () => LoopState[]): Promise<Health> {
  const [database, chain, litellm] = await Promise.all([
    check(async () => ({
      outboxLagMs: await getOutboxLag(ctx),
      deadLetters: (await listDeadLetters(ctx, 1)).total,
    })),
    check(async () => {
      const { height, time } = await ctx.chain.latestBlock()
      return { height, ageMs: Math.max(0, ctx.clock().getTime() - time.getTime()) }
    }),
    check(async () => {
      const { ready } = await ctx.litellm.readiness()
      if (!ready) throw new Error('LiteLLM is not ready')
      return {}
    }),
  ])
  const states = workers()
  const allWell = chain.ok && litellm.ok && states.every(({ failures }) => failures === 0)
  const status = !database.ok ? 'down' : allWell ? 'ok' : 'degraded'
  return { status, deploymentId: ctx.deploymentId, parts: { database, chain, litellm }, workers: states }
}
