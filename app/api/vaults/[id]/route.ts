import { defineRoute } from '#app/_http/define-route.ts'
import { vaultParams } from '#app/_http/params.ts'
import { getVault, vaultView } from '#services/subscriptions/index.ts'

/** One vault, for its owner and its provider. */
export const GET = defineRoute({ auth: 'session', params: vaultParams, response: vaultView }, (ctx, { params }) =>
  getVault(ctx, { vaultId: params.id }),
)
