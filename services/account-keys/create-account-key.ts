import { AppError } from '#lib/errors/app-error.ts'
import { ACCOUNT_KEY_PREFIX, maskAccountKey } from '#lib/keys/key-format.ts'
import { requireHolder } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { randomHex, randomToken } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { viewOf } from './key-view.ts'
import type { AccountKeyView, NewAccountKey } from './schemas.ts'
import { countKeys, findKeyOfRequest, insertKey, lockKeysOf } from './store.ts'

const MOST_KEYS = 100

export interface CreateAccountKey extends NewAccountKey {
  /** The customer's own id of the request: a second click makes no second key. */
  readonly requestKey: string
}

/**
 * Makes a key of the account that asks. The secret is in this answer and nowhere else: the request's repetition is told
 * which key it made, not the secret.
 */
export async function createAccountKey(
  ctx: ServiceContext,
  { requestKey, ...wanted }: CreateAccountKey,
): Promise<{ key: AccountKeyView; secret: string }> {
  const accountId = requireHolder(ctx.actor)
  const secret = `${ACCOUNT_KEY_PREFIX}${randomToken()}`
  return withTransaction(ctx, async (tx) => {
    await lockKeysOf(tx.db, accountId)
    const before = await findKeyOfRequest(tx.db, accountId, requestKey)
    if (before) {
      throw new AppError(
        'key_already_shown',
        'This request made its key before, and the secret was in that answer. If it is lost, revoke the key and make ' +
          'a new one.',
        { details: { key_id: before.id } },
      )
    }
    if ((await countKeys(tx.db, accountId)) >= MOST_KEYS) {
      throw new AppError('too_many_keys', `An account has at most ${MOST_KEYS} keys. Revoke one that you don't use.`)
    }
    const made = {
      ...wanted,
      id: `key_${randomHex(12)}`,
      accountId,
      requestKey,
      keyHash: sha256Hex(secret),
      masked: maskAccountKey(secret),
      createdAt: tx.clock(),
      lastUsedAt: null,
      revokedAt: null,
    }
    await insertKey(tx.db, made)
    return { key: viewOf(made), secret }
  })
}
