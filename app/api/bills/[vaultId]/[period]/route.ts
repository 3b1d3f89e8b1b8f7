import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { Download } from '#app/_http/download.ts'
import { billParams } from '#app/_http/params.ts'
import { readBill } from '#services/receipts/index.ts'

/** Every request of a month's settled bill, a line each, for whoever adds them up again. */
export const GET = defineRoute(
  { auth: 'session', params: billParams, response: z.never() },
  async (ctx, { params: { vaultId, period } }) =>
    new Download({
      contentType: 'application/x-ndjson; charset=utf-8',
      fileName: `bill-${vaultId}-${period}.ndjson`,
      chunks: await readBill(ctx, { vaultId, period }),
    }),
)
