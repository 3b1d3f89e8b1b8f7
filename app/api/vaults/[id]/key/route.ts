import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { vaultParams } from '#app/_http/params.ts'
import { createdKeyView } from '#services/api-keys/index.ts'
import { createVaultKey } from '#services/vault-guard/index.ts'

const createKeyBody = z.object({ reissue: z.boolean().optional() })

/** Makes the vault's one key: 201 with the secret, once; 200 without it ever after. */
export const POST = defineRoute(
  { auth: 'session', params: vaultParams, body: createKeyBody, response: createdKeyView },
  async (ctx, { params, body, reply }) => {
    const key = await createVaultKey(ctx, { vaultId: params.id, reissue: body.reissue })
    reply.status = key.secret ? 201 : 200
    return key
  },
)
