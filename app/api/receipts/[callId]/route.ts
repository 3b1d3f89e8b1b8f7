import { callParams } from '#app/_http/params.ts'
import { defineRoute } from '#app/_http/define-route.ts'
import { getReceipts, receiptListView } from '#services/receipts/index.ts'

/** The receipts of the requests with this id, for the owner, the provider and the key of what paid for them. */
export const GET = defineRoute(
  { auth: 'session or key', params: callParams, response: receiptListView },
  (ctx, { params }) => getReceipts(ctx, params),
)
