import { callParams } from '#app/_http/params.ts'
import { defineRoute } from '#app/_http/define-route.ts'
import { getReceipts, receiptListView } from '#services/receipts/index.ts'

/** The receipts of the requests with this id, for the owner and the provider of their subscriptions. */
export const GET = defineRoute({ auth: 'session', params: callParams, response: receiptListView }, (ctx, { params }) =>
  getReceipts(ctx, params),
)
