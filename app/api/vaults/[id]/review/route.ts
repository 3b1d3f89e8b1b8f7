import { defineRoute } from '#app/_http/define-route.ts'
import { vaultParams } from '#app/_http/params.ts'
import { keyView } from '#services/api-keys/index.ts'
import { reviewVault } from '#services/vault-guard/index.ts'

/** Something happened to the vault on chain: its key is judged anew, at once. */
export const POST = defineRoute({ auth: 'session', params: vaultParams, response: keyView }, (ctx, { params }) =>
  reviewVault(ctx, { vaultId: params.id }),
)
