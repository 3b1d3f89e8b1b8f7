import { setTimeout as sleep } from 'node:timers/promises'
import { pollDueKeys, requestPoll } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { fetchUsage } from './fetch-usage.ts'
import { listVaultsWithKeys } from './store.ts'
import { settleVaults } from './submit-trigger.ts'

export interface Monitoring {
  /** Rounds that have ended. */
  rounds(): number
  /** Resolves when the round that runs has ended; there is no other. */
  stop(): Promise<void>
}

export interface MonitorOptions {
  readonly ctx: ServiceContext
  /** LiteLLM's id of a user, by vault; vaults with keys are monitored whether they are here or not. */
  readonly users: ReadonlyMap<bigint, string>
  readonly intervalMs: number
}

/** Looks at all vaults now, and again after each interval. One that fails delays no other. */
export function startMonitoring({ ctx, users, intervalMs }: MonitorOptions): Monitoring {
  const stopping = new AbortController()
  let rounds = 0

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round(ctx, users).catch((err: unknown) => ctx.log.error({ err }, 'a round of monitoring failed'))
      rounds += 1
      await sleep(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const ended = run()
  return {
    rounds: () => rounds,
    stop: () => {
      stopping.abort()
      return ended
    },
  }
}

async function round(ctx: ServiceContext, users: ReadonlyMap<bigint, string>): Promise<void> {
  for (const [vaultId, userId] of users) {
    await compare(ctx, vaultId, userId).catch((err: unknown) =>
      ctx.log.warn({ err, vaultId: vaultId.toString() }, 'the usage of a monitored user could not be looked at'),
    )
  }
  await pollDueKeys(ctx)
  const vaultIds = new Set([...(await listVaultsWithKeys(ctx.db, ctx.deploymentId)), ...users.keys()])
  await settleVaults(ctx, [...vaultIds], { poll: false })
}

/** A user who used more in LiteLLM's books than the vault in ours makes us look again; it never adds to a bill. */
async function compare(ctx: ServiceContext, vaultId: bigint, userId: string): Promise<void> {
  const [theirs, ours] = [await fetchUsage(ctx, userId, '24h'), await fetchUsage(ctx, `vault:${vaultId}`, '24h')]
  if (theirs.totalTokens <= ours.totalTokens) return
  const facts = { vaultId: vaultId.toString(), userId, tokens: theirs.totalTokens.toString() }
  ctx.log.info(
    { ...facts, known: ours.totalTokens.toString() },
    'a monitored user used more than is known of the vault',
  )
  await requestPoll(ctx, { vaultId, reason: 'monitoring', payload: { vault_id: facts.vaultId } })
}
