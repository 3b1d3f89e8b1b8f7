'use client'

import { callApi } from './api.ts'
import { GATEWAY_PATH } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'

const PATH = `${GATEWAY_PATH}/admin/usage-reviews`
const ASK_MS = 15_000

/** Usage that can't be, with the hold that waits for somebody to decide. */
export interface UsageReview {
  id: string
  account_id: string | null
  model: string
  reason: string
  held_usd: string
  created_at: string
}

interface UsageReviews extends Live<{ data: UsageReview[] }> {
  /** Books an amount of at most the hold, or nothing. */
  decide: (id: string, amountUsd: string | null) => Promise<void>
}

/** What waits for the admin's word. */
export function useUsageReviews(): UsageReviews {
  const live = useLive<{ data: UsageReview[] }>(PATH, ASK_MS)
  return {
    ...live,
    decide: async (id, amountUsd) => {
      await callApi(
        PATH,
        'POST',
        amountUsd === null ? { id, decision: 'void' } : { id, decision: 'book', amount_usd: amountUsd },
      )
      live.refresh()
    },
  }
}
