import { defineRoute } from '#app/_http/define-route.ts'
import { vaultParams } from '#app/_http/params.ts'
import { getApprovals, vaultApprovalsView } from '#services/subscriptions/index.ts'

/** Who must agree before FLOW leaves a vault, and what waits for them; for its parties and its approvers. */
export const GET = defineRoute(
  { auth: 'session', params: vaultParams, response: vaultApprovalsView },
  (ctx, { params }) => getApprovals(ctx, { vaultId: params.id }),
)
