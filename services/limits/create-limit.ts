import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { parseAmount, viewLimit } from './limit-view.ts'
import { requireLimitRight } from './require-limit-right.ts'
import type { LimitInput, LimitView } from './schemas.ts'
import { countStanding, findKeys, findLimit, insertLimit, type LimitRow, lockAccount } from './store.ts'

const MOST_LIMITS = 500

export interface CreatedLimit {
  readonly limit: LimitView
  readonly isNew: boolean
}

/**
 * Sets a limit. Asking again under the same id, or with the same `repeatKey`, answers with the limit that was made;
 * under an id that says something else it is refused. It is enforced within a second, not in the caller's time.
 */
export async function createLimit(ctx: ServiceContext, input: LimitInput, repeatKey?: string): Promise<CreatedLimit> {
  const address = await requireLimitRight(ctx, input.account)
  const wanted = { ...input, amount: parseAmount(input.metric, input.amount) }
  await requireKey(ctx, input)
  const id = input.id ?? idOf(address, repeatKey)
  const { row, isNew } = await withTransaction(ctx, async (tx) => {
    await lockAccount(tx.db, tx.deploymentId, input.account)
    const known = await findLimit(tx.db, tx.deploymentId, id)
    if (known) return { row: requireSame(known, wanted), isNew: false }
    if ((await countStanding(tx.db, tx.deploymentId, input.account)) >= MOST_LIMITS) throw tooMany()
    const now = tx.clock()
    const { deploymentId } = tx
    const made = await insertLimit(tx.db, {
      ...wanted,
      id,
      deploymentId,
      createdBy: address,
      createdAt: now,
      updatedAt: now,
    })
    if (!made) throw exists()
    return { row: made, isNew: true }
  })
  return { limit: await viewLimit(ctx, row), isNew }
}

const idOf = (address: string, repeatKey: string | undefined): string =>
  `limit_${repeatKey === undefined ? randomHex(12) : sha256Hex(`${address}|${repeatKey}`).slice(0, 40)}`

type Wanted = Omit<LimitInput, 'amount' | 'id'> & { amount: bigint }

function requireSame(known: LimitRow, wanted: Wanted): LimitRow {
  const what = ['account', 'scope', 'value', 'metric', 'per'] as const
  const isOfSame = what.every((field) => known[field] === wanted[field]) && known.removedAt === null
  if (isOfSame && known.amount === wanted.amount && known.kind === wanted.kind) return known
  if (isOfSame) throw exists()
  throw new AppError('limit_exists', 'This id belongs to another limit, or to one that was removed. Choose a new id.')
}

async function requireKey(ctx: ServiceContext, { account, scope, value }: LimitInput): Promise<void> {
  if (scope !== 'key') return
  const [key] = await findKeys(ctx.db, ctx.deploymentId, [value])
  if (key?.isLive && (account === null || key.account === account)) return
  throw new AppError('key_missing', 'The account has no such key. No limit was set. Reload the page.')
}

export const exists = (): AppError =>
  new AppError('limit_exists', 'There is such a limit already. Change its amount instead of adding another one.')

const tooMany = (): AppError =>
  new AppError('too_many_limits', `An account has ${MOST_LIMITS} limits at most. Remove one that is not needed.`)
