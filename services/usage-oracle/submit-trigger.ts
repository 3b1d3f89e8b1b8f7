import { setTimeout as sleep } from 'node:timers/promises'
import { requireSystem } from '#services/auth/index.ts'
import { pollVault } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { dispatchOutbox } from '#services/platform/outbox/dispatch.ts'
import { createReadingHandler, getSettlements, planReadings, type VaultSettlement } from '#services/settlement/index.ts'
import type { Submission } from './schemas.ts'

const LOOK_AGAIN_MS = 250
const PATIENCE_MS = 60_000

const isOpen = ({ lastReading }: VaultSettlement): boolean =>
  lastReading?.status === 'planned' || lastReading?.status === 'submitted'

/**
 * Brings what vaults have used to the chain, by the way of every settlement: LiteLLM's books are read, what is new
 * becomes events, events a reading, and the reading goes through the outbox. What somebody says of usage is not used.
 * Repeating it does nothing; several at once, and an oracle beside them, settle each reading once.
 */
export async function settleVaults(
  ctx: ServiceContext,
  vaultIds: readonly bigint[],
  { poll = true }: { poll?: boolean } = {},
): Promise<Map<bigint, Submission>> {
  requireSystem(ctx.actor)
  const before = await getSettlements(ctx, vaultIds)
  for (const vaultId of poll ? vaultIds : []) {
    // Usage that is here already can settle without LiteLLM.
    await pollVault(ctx, vaultId).catch((err: unknown) =>
      ctx.log.warn({ err, vaultId: vaultId.toString() }, "LiteLLM's books could not be read for a vault"),
    )
  }
  const deadline = performance.now() + PATIENCE_MS
  let after = before
  do {
    await planReadings(ctx, { vaultIds })
    // Without the oracle's key the oracle itself sends what is planned.
    if (ctx.env.flow.privateKey) await dispatchOutbox(ctx, createReadingHandler())
    after = await getSettlements(ctx, vaultIds)
    if (![...after.values()].some((vault) => isOpen(vault))) break
    await sleep(LOOK_AGAIN_MS)
  } while (performance.now() < deadline)
  return new Map(vaultIds.map((vaultId) => [vaultId, describe(before.get(vaultId), after.get(vaultId))]))
}

function describe(before: VaultSettlement | undefined, after: VaultSettlement | undefined): Submission {
  const reading = after?.lastReading ?? null
  const told = { sequence: reading?.sequence ?? null, txId: reading?.txId ?? null, reason: reading?.error ?? null }
  if (after && isOpen(after)) return { status: 'waiting', ...told }
  if (reading && reading.sequence !== before?.lastReading?.sequence) {
    return { status: reading.status === 'sealed' ? 'settled' : 'refused', ...told }
  }
  if (reading?.status === 'sealed' && before && isOpen(before)) return { status: 'settled', ...told }
  return { status: (after?.unsettledTokens ?? 0n) > 0n ? 'waiting' : 'up_to_date', ...told }
}
