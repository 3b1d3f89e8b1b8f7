import { defineRoute } from '#app/_http/define-route.ts'
import { approvalListView, listApprovals } from '#services/subscriptions/index.ts'

/** The vaults for which the user approves. */
export const GET = defineRoute({ auth: 'session', response: approvalListView }, (ctx) => listApprovals(ctx))
