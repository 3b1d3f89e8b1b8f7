import { AppError } from '#lib/errors/app-error.ts'
import { type KeyLimits, limitFields } from './key-limits.ts'
import { meteredRoutes } from './metered-routes.ts'
import type { Send } from './request.ts'
import type { StoredBudget } from './restrict-key.ts'
import { changedKeySchema, deletedKeysSchema, generatedKeySchema, keyInfoSchema, keyListSchema } from './schemas.ts'

export interface NewKey {
  /** Unique in LiteLLM, so that a lost answer can be found again. */
  readonly alias: string
  /** The key itself, `sk-…`: made by the caller, so that only its hash has to come back. */
  readonly secret: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly limits?: KeyLimits
}

export interface LitellmKey {
  /** SHA-256 of the key, in hex: what LiteLLM's records carry. */
  readonly hash: string
  readonly alias: string | null
  readonly status: 'active' | 'blocked' | 'deleted'
  readonly allowedRoutes: readonly string[]
  readonly limits: { tokensPerMinute: number | null; parallelRequests: number | null; hasBudget: boolean }
  readonly metadata: Readonly<Record<string, unknown>>
}

/** A key with its windowed budgets, which only the question for one key tells. */
export interface KnownKey extends LitellmKey {
  readonly budgets: readonly StoredBudget[]
}

/** Makes a key that may use the metered routes only. Throws `litellm_refused` when the alias is taken. */
export async function generateKey(send: Send, { alias, secret, metadata, limits }: NewKey): Promise<{ hash: string }> {
  const held = limits ? limitFields(limits) : {}
  const body = { key: secret, key_alias: alias, metadata, allowed_routes: meteredRoutes, ...held }
  const { token } = await send({ method: 'POST', path: '/key/generate', body, schema: generatedKeySchema })
  return { hash: token }
}

/** Deletes a key at once. Returns false when there is none. */
export async function deleteKey(send: Send, key: { hash: string } | { alias: string }): Promise<boolean> {
  const body = 'hash' in key ? { keys: [key.hash] } : { key_aliases: [key.alias] }
  const ifMissing = { deleted_keys: [] }
  const answer = await send({ method: 'POST', path: '/key/delete', body, schema: deletedKeysSchema, ifMissing })
  return answer.deleted_keys.length > 0
}

/** Blocks a key at once; its calls are refused with 401 from now on. */
export const blockKey = (send: Send, hash: string): Promise<void> => change(send, '/key/block', hash)

export const unblockKey = (send: Send, hash: string): Promise<void> => change(send, '/key/unblock', hash)

async function change(send: Send, path: string, hash: string): Promise<void> {
  await send({ method: 'POST', path, body: { key: hash }, schema: changedKeySchema })
}

/** What LiteLLM knows of a key, also of a deleted one; null when it never had it. */
export async function keyInfo(send: Send, hash: string): Promise<KnownKey | null> {
  const query = { key: hash }
  const schema = keyInfoSchema.nullable()
  const answer = await send({ method: 'GET', path: '/key/info', query, schema, ifMissing: null })
  if (answer === null) return null
  const status = answer.info.status === 'deleted' ? 'deleted' : statusOf(answer.info.blocked)
  const { budget_limits, ...info } = answer.info
  return { ...describeKey(info), hash, status, budgets: budget_limits ?? [] }
}

/** The live key of an alias, or null. */
export async function findKeyByAlias(send: Send, alias: string): Promise<LitellmKey | null> {
  const query = { key_alias: alias, return_full_object: true, size: 2 }
  const { keys } = await send({ method: 'GET', path: '/key/list', query, schema: keyListSchema })
  const found = keys.filter((key) => key.key_alias === alias)
  const [key] = found
  if (key === undefined) return null
  if (found.length > 1) throw new AppError('internal', 'Two keys have one alias.', { internal: `alias ${alias}` })
  return { ...describeKey(key), hash: key.token, status: statusOf(key.blocked) }
}

const statusOf = (blocked: boolean | null | undefined) => (blocked === true ? 'blocked' : 'active')

interface KeyFields {
  key_alias?: string | null | undefined
  allowed_routes?: string[] | null | undefined
  metadata?: Record<string, unknown> | null | undefined
  tpm_limit?: number | null | undefined
  max_parallel_requests?: number | null | undefined
  max_budget?: number | null | undefined
}

const describeKey = ({ key_alias, allowed_routes, metadata, ...limits }: KeyFields) => ({
  alias: key_alias ?? null,
  allowedRoutes: allowed_routes ?? [],
  metadata: metadata ?? {},
  limits: {
    tokensPerMinute: limits.tpm_limit ?? null,
    parallelRequests: limits.max_parallel_requests ?? null,
    hasBudget: typeof limits.max_budget === 'number',
  },
})
