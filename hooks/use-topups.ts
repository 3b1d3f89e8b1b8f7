'use client'

import { GATEWAY_PATH } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'

/** FLOW that was paid for credits. */
export interface Topup {
  id: string
  transaction_id: string
  amount_flow: string
  state: 'waiting' | 'priced' | 'credited' | 'too_small'
  arrived_at: string
}

interface Topups {
  /** Where FLOW is paid to; null: none is taken here. */
  address: string | null
  /** What one FLOW is worth now; null: not known, and what is paid waits. */
  usd_per_flow: string | null
  /** Newest first. */
  data: Topup[]
}

const ASK_MS = 3_000

/** How credits are paid for with FLOW, and the latest such payments. */
export const useTopups = (): Live<Topups> => useLive(`${GATEWAY_PATH}/credits/topups`, ASK_MS)
