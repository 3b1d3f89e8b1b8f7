import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import type { Usd } from '#lib/money/units.ts'
import { keyAlias, maskKey } from '#lib/keys/key-format.ts'
import { requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { randomHex, randomToken } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { inTurn } from './in-turn.ts'
import { keyBlocked } from './key-blocked.ts'
import { limitsOf } from './key-limits.ts'
import { viewKey } from './key-view.ts'
import { requirePayableVault } from './require-payable-vault.ts'
import type { CreatedKey } from './schemas.ts'
import { setStatus } from './set-status.ts'
import { findBlocks, findLiveKey, insertPending, type KeyRow, lockLiveKey, updateKey, type VaultRef } from './store.ts'

export interface CreateKeyInput {
  vaultId: bigint
  /** Replace a key whose secret nobody confirmed to have seen. */
  reissue?: boolean | undefined
  /** Asked before a key is made. */
  assess?: (vault: VaultReport) => Promise<KeyAssessment>
}

/** What whoever watches over a vault says before a key is made for it. */
export interface KeyAssessment {
  /** What would block the key at once. */
  readonly reasons: readonly KeyBlockReason[]
  /** What LiteLLM may book on it at most, in LiteLLM's own dollars; null: no bound yet. */
  readonly budgetUsd: Usd | null
}

type Wanted = VaultRef & Pick<KeyAssessment, 'budgetUsd'>

const TURN_MS = 100
const PATIENCE_MS = 20_000

/**
 * Makes the one key of a vault. The secret is in the answer that made it and nowhere else; every other call,
 * parallel or later, answers without it. A creation that was cut off anywhere is finished by the next call.
 */
export async function createKey(ctx: ServiceContext, input: CreateKeyInput): Promise<CreatedKey> {
  const vault = { deploymentId: ctx.deploymentId, vaultId: input.vaultId }
  const report = await requirePayableVault(ctx, input.vaultId)
  const live = await findLiveKey(ctx.db, vault)
  const isMade = live?.keyHash && !input.reissue && !(await isForeign(ctx, live))
  const assessment = isMade ? undefined : await input.assess?.(report)
  refuseFor(assessment?.reasons ?? [])
  const wanted = { ...vault, budgetUsd: assessment?.budgetUsd ?? null }
  await makeRoom(ctx, wanted, input.reissue ?? false)
  await wantKey(ctx, wanted)
  return finishInTurn(ctx, vault)
}

function refuseFor(reasons: readonly KeyBlockReason[]): void {
  if (reasons.length > 0) throw keyBlocked(reasons)
}

const reasonsOn = async ({ db }: ServiceContext, row: KeyRow): Promise<KeyBlockReason[]> =>
  (await findBlocks(db, [row.id])).map(({ reason }) => reason)

/** Made for a former owner of the vault, also if that is its owner again: others may know the secret. */
const isForeign = async (ctx: ServiceContext, row: KeyRow): Promise<boolean> =>
  row.createdBy !== requireUser(ctx.actor) || (await reasonsOn(ctx, row)).includes('transferred')

const wantKey = (ctx: ServiceContext, wanted: Wanted): Promise<void> =>
  insertPending(ctx.db, {
    ...wanted,
    id: `key_${randomHex(12)}`,
    alias: keyAlias(wanted.deploymentId, wanted.vaultId),
    createdBy: requireUser(ctx.actor),
    createdAt: ctx.clock(),
  })

/**
 * Takes a key out of the way that a former owner of the vault knows, and on request one that nobody has seen. A wanted
 * key is put in its place in the same transaction.
 */
const makeRoom = (ctx: ServiceContext, wanted: Wanted, reissue: boolean): Promise<void> =>
  withTransaction(ctx, async (tx) => {
    const row = await lockLiveKey(tx.db, wanted)
    if (!row) return
    if (!(await isForeign(tx, row))) {
      if (row.status === 'pending' || !reissue) return
      if (row.shownAt) {
        throw new AppError('key_already_shown', 'You confirmed that you saved this key. It was not replaced.')
      }
      refuseFor(await reasonsOn(tx, row))
    }
    await setStatus(tx, row, 'deleted')
    await wantKey(tx, wanted)
  })

/** One call at a time makes the key; the others find it made. */
async function finishInTurn(ctx: ServiceContext, vault: VaultRef): Promise<CreatedKey> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += TURN_MS) {
    const key = await inTurn(() => withTransaction(ctx, (tx) => finishKey(tx, vault)))
    if (key) return key
    await sleep(TURN_MS)
  }
  throw new AppError('litellm_unreachable', 'The key is still being made. Try again in a moment; only one is made.')
}

/**
 * Departs from the rule that no transaction waits for the network: the row's lock is what keeps a second key from being
 * made, and it falls with the process that holds it. A LiteLLM key without a committed row is harmless: its secret
 * was shown to nobody.
 */
async function finishKey(ctx: ServiceContext, vault: VaultRef): Promise<CreatedKey | null> {
  const row = await lockLiveKey(ctx.db, vault)
  if (!row) {
    const made = await findLiveKey(ctx.db, vault)
    return made && made.status !== 'pending' ? viewKey(ctx.db, made) : null
  }
  return row.status === 'pending' ? makeKey(ctx, row) : viewKey(ctx.db, row)
}

async function makeKey(ctx: ServiceContext, row: KeyRow): Promise<CreatedKey> {
  refuseFor(await reasonsOn(ctx, row))
  const secret = `sk-${randomToken()}`
  await ctx.litellm.deleteKey({ alias: row.alias })
  await ctx.litellm.generateKey({
    alias: row.alias,
    secret,
    limits: limitsOf(ctx, row),
    metadata: { flareflow_deployment: row.deploymentId, flareflow_vault: row.vaultId.toString() },
  })
  const made = { keyHash: sha256Hex(secret), masked: maskKey(secret), status: 'active' as const }
  await updateKey(ctx.db, row.id, { ...made, updatedAt: ctx.clock() })
  ctx.log.info({ vaultId: row.vaultId.toString(), keyId: row.id }, 'key made')
  return { state: 'active', masked: made.masked, acknowledged: false, blocks: [], secret }
}
