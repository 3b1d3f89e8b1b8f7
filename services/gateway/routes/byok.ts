import * as z from 'zod'
import {
  deleteKey,
  keyProviderId,
  listKeys,
  providerKeyInput,
  storeKey,
  testKey,
  toggleKey,
} from '#services/byok/index.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { AccountCaller } from '../schemas.ts'

const providerKeyView = z.object({
  provider: z.string(),
  name: z.string(),
  /** Its beginning and end: enough to recognise it. */
  masked: z.string(),
  enabled: z.boolean(),
  /** Null: the provider's own address. */
  base_url: z.string().nullable(),
  updated_at: z.iso.datetime(),
})
const providerKeyList = z.object({ data: z.array(providerKeyView) })
const keyTestView = z.object({
  provider: z.string(),
  outcome: z.enum(['valid', 'refused', 'unreachable']),
  /** The status of the provider's answer; null when there was none. */
  status: z.number().int().nullable(),
  tested_at: z.iso.datetime(),
})
const params = z.object({ provider: keyProviderId })

type StoredKey = Awaited<ReturnType<typeof storeKey>>
const viewOf = ({ baseUrl, updatedAt, ...key }: StoredKey): z.input<typeof providerKeyView> => ({
  ...key,
  base_url: baseUrl,
  updated_at: updatedAt.toISOString(),
})

/** Changes an account's keys. A change that failed may have been written all the same: what was known is forgotten. */
async function change<T>(
  { parts, caller }: { readonly parts: GatewayParts; readonly caller: AccountCaller },
  work: (accountId: string) => Promise<T>,
): Promise<T> {
  try {
    return await work(caller.account.id)
  } finally {
    parts.ownKeys.forget(caller.account.id)
  }
}

/** Keys of model providers that an account brings. Only who is signed in changes them; no answer ever has a key. */
export const byokRoutes: readonly GatewayRoute[] = [
  defineGatewayRoute(
    {
      method: 'GET',
      path: '/byok/keys',
      auth: 'account',
      summary: 'Your own provider keys, masked',
      response: providerKeyList,
      errors: [],
    },
    async ({ ctx, caller }) => ({ data: (await listKeys(ctx, caller.account.id)).map(viewOf) }),
  ),
  defineGatewayRoute(
    {
      method: 'POST',
      path: '/byok/keys',
      auth: 'session',
      summary: 'Store a key of a provider, in the place of an earlier one',
      body: providerKeyInput,
      response: providerKeyView,
      errors: ['address_refused', 'not_configured'],
    },
    async ({ ctx, body, ...input }) => viewOf(await change(input, (accountId) => storeKey(ctx, accountId, body))),
  ),
  defineGatewayRoute(
    {
      method: 'PATCH',
      path: '/byok/keys/{provider}',
      auth: 'session',
      summary: 'Use a stored key, or pay with credits meanwhile',
      params,
      body: z.strictObject({ enabled: z.boolean() }),
      response: providerKeyView,
      errors: ['key_missing'],
    },
    async ({ ctx, params: { provider }, body: { enabled }, ...input }) =>
      viewOf(await change(input, (accountId) => toggleKey(ctx, { accountId, provider, enabled }))),
  ),
  defineGatewayRoute(
    {
      method: 'DELETE',
      path: '/byok/keys/{provider}',
      auth: 'session',
      summary: 'Forget a stored key for good',
      params,
      response: z.object({ provider: z.string(), deleted: z.literal(true) }),
      errors: [],
    },
    async ({ ctx, params: { provider }, ...input }) => {
      await change(input, (accountId) => deleteKey(ctx, { accountId, provider }))
      return { provider, deleted: true as const }
    },
  ),
  defineGatewayRoute(
    {
      method: 'POST',
      path: '/byok/keys/{provider}/test',
      auth: 'session',
      summary: 'Ask the provider whether it takes a stored key, by a request that is free',
      params,
      response: keyTestView,
      errors: ['address_refused', 'key_missing', 'rate_limited', 'not_configured'],
    },
    async ({ ctx, caller, params: { provider } }) => {
      const { testedAt, ...test } = await testKey(ctx, { accountId: caller.account.id, provider })
      return { ...test, tested_at: testedAt.toISOString() }
    },
  ),
]
