import * as z from 'zod'
import { POWERS } from '#lib/credits/price-list.ts'
import {
  accountKeyChange,
  type AccountKeyView,
  createAccountKey,
  listAccountKeys,
  newAccountKey,
  revokeAccountKey,
  updateAccountKey,
} from '#services/account-keys/index.ts'
import { asAccount } from '../accounts/as-account.ts'
import { idInput, instantView, requestKeyOf } from '../accounts/shapes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'

const keyView = z.object({
  id: z.string(),
  name: z.string(),
  masked: z.string(),
  power: z.enum(POWERS).nullable(),
  models: z.array(z.string()).nullable(),
  created_at: instantView,
  last_used_at: instantView.nullable(),
})
const keyParams = z.object({ id: idInput() })

const viewOf = ({ createdAt, lastUsedAt, ...key }: AccountKeyView) => ({
  ...key,
  created_at: createdAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
})

const list = defineGatewayRoute(
  {
    method: 'GET',
    path: '/keys',
    auth: 'account',
    summary: 'Your API keys, newest first, masked',
    response: z.object({ data: z.array(keyView) }),
    errors: [],
  },
  async (input) => ({ data: (await listAccountKeys(asAccount(input))).map(viewOf) }),
)

const create = defineGatewayRoute(
  {
    method: 'POST',
    path: '/keys',
    auth: 'session',
    summary: 'Make an API key. Its secret is in this answer and nowhere else',
    body: newAccountKey,
    response: keyView.extend({ secret: z.string() }),
    status: 201,
    headers: { 'Idempotency-Key': 'Required. A repetition makes no second key; it is told which key the first made.' },
    errors: ['key_already_shown', 'too_many_keys'],
  },
  async (input) => {
    const requestKey = requestKeyOf(input.request)
    const { key, secret } = await createAccountKey(asAccount(input), { ...input.body, requestKey })
    return { ...viewOf(key), secret }
  },
)

const change = defineGatewayRoute(
  {
    method: 'PATCH',
    path: '/keys/{id}',
    auth: 'session',
    summary: "Change a key's name, power level or models",
    params: keyParams,
    body: accountKeyChange,
    response: keyView,
    errors: ['key_missing'],
  },
  async (input) => viewOf(await updateAccountKey(asAccount(input), { keyId: input.params.id, change: input.body })),
)

const revoke = defineGatewayRoute(
  {
    method: 'DELETE',
    path: '/keys/{id}',
    auth: 'session',
    summary: 'Revoke a key for good: it is refused within a second',
    params: keyParams,
    response: z.object({ id: z.string(), revoked: z.literal(true) }),
    errors: ['key_missing'],
  },
  async (input) => {
    await revokeAccountKey(asAccount(input), { keyId: input.params.id })
    return { id: input.params.id, revoked: true as const }
  },
)

/** API keys of a credit account. */
export const keyRoutes: readonly GatewayRoute[] = [list, create, change, revoke]
