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

const ASK_MS = 3_000

/** The latest payments in FLOW, newest first. */
export const useTopups = (): Live<{ data: Topup[] }> => useLive(`${GATEWAY_PATH}/credits/topups`, ASK_MS)
