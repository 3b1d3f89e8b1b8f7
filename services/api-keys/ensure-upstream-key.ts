import { AppError } from '#lib/errors/app-error.ts'
import { accountKeyAlias } from '#lib/keys/key-format.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex, sha256Hex } from '#services/platform/crypto/hash.ts'
import { activateUpstreamKey, findUpstreamKey, insertUpstreamKey } from './store.ts'

interface AccountRef {
  readonly id: string
  readonly number: bigint
}

interface UpstreamKey {
  /** Never leaves the server: only LiteLLM is shown it. */
  readonly secret: string
  readonly keyHash: string
}

/** The account's key at LiteLLM. Derived, so that it is stored nowhere and found again after any crash. */
export function upstreamKeyOf({ env, deploymentId }: ServiceContext, { id }: Pick<AccountRef, 'id'>): UpstreamKey {
  const secret = `sk-${hmacHex(env.litellm.masterKey, `account|${deploymentId}|${id}`)}`
  return { secret, keyHash: sha256Hex(secret) }
}

/**
 * Makes sure that LiteLLM knows the account's key, and that its usage finds the account. The row is committed before
 * LiteLLM hears of the key, so that no call of it is ever nobody's.
 */
async function ensureUpstreamKey(ctx: ServiceContext, account: AccountRef): Promise<void> {
  const key = upstreamKeyOf(ctx, account)
  const known = await findUpstreamKey(ctx.db, key.keyHash)
  if (known?.status === 'active') return
  if (!known) {
    const { id: accountId } = account
    const row = { keyHash: key.keyHash, accountId, deploymentId: ctx.deploymentId, kind: 'litellm' as const }
    await insertUpstreamKey(ctx.db, { ...row, status: 'pending', createdAt: ctx.clock() })
  }
  await makeAtLitellm(ctx, account, key)
  await activateUpstreamKey(ctx.db, key.keyHash)
}

/** The accounts' keys at LiteLLM as one process needs them: derived once, and looked up once. */
export interface UpstreamKeys {
  of(account: AccountRef): UpstreamKey
  ensure(account: AccountRef): Promise<UpstreamKey>
  /**
   * LiteLLM refused a request, sent at that reading of `performance.now()`. Whether it was as it had lost the
   * account's key, which it has again now; else it is the model's provider that refused.
   */
  remake(account: AccountRef, sentAt: number): Promise<boolean>
}

/** Accounts that are remembered. */
const MOST = 10_000

export function createUpstreamKeys(ctx: ServiceContext): UpstreamKeys {
  requireSystem(ctx.actor)
  const known = new Map<string, { readonly key: UpstreamKey; isMade: boolean; remadeAt: number }>()
  const entryOf = (account: AccountRef) => {
    const before = known.get(account.id)
    if (before) return before
    if (known.size >= MOST) known.clear()
    const entry = { key: upstreamKeyOf(ctx, account), isMade: false, remadeAt: -Infinity }
    known.set(account.id, entry)
    return entry
  }
  return {
    of: (account) => entryOf(account).key,
    async ensure(account) {
      const entry = entryOf(account)
      if (!entry.isMade) await ensureUpstreamKey(ctx, account)
      entry.isMade = true
      return entry.key
    },
    async remake(account, sentAt) {
      const entry = entryOf(account)
      if (await makeAtLitellm(ctx, account, entry.key)) entry.remadeAt = performance.now()
      // Another request may have had it made since.
      return entry.remadeAt >= sentAt
    },
  }
}

const isKnown = async ({ litellm }: ServiceContext, { keyHash }: UpstreamKey): Promise<boolean> =>
  (await litellm.keyInfo(keyHash))?.status === 'active'

/** Whether LiteLLM didn't know the key before. */
async function makeAtLitellm(ctx: ServiceContext, account: AccountRef, key: UpstreamKey): Promise<boolean> {
  if (await isKnown(ctx, key)) return false
  const alias = accountKeyAlias(ctx.deploymentId, account.number)
  // Under the alias may stand the key of a former master key.
  if ((await ctx.litellm.findKeyByAlias(alias)) !== null) await ctx.litellm.deleteKey({ alias })
  const metadata = { flareflow_deployment: ctx.deploymentId, flareflow_account: account.id }
  try {
    await ctx.litellm.generateKey({ alias, secret: key.secret, metadata })
  } catch (error) {
    // Another process may have made the very same key meanwhile.
    const isMade = error instanceof AppError && error.code === 'litellm_refused' && (await isKnown(ctx, key))
    if (!isMade) throw error
  }
  ctx.log.info({ accountId: account.id, keyHash: key.keyHash }, "an account's key was made at LiteLLM")
  return true
}
