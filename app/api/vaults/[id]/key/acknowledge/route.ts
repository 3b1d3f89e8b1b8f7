import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { vaultParams } from '#app/_http/params.ts'
import { acknowledgeKey, keyView } from '#services/api-keys/index.ts'

const acknowledgeBody = z.object({ masked: z.string().max(40).optional() })

/** The owner has saved the secret. */
export const POST = defineRoute(
  { auth: 'session', params: vaultParams, body: acknowledgeBody, response: keyView },
  (ctx, { params, body }) => acknowledgeKey(ctx, { vaultId: params.id, masked: body.masked }),
)
