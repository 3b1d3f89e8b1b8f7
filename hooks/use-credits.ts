'use client'

import { callApi } from './api.ts'
import { type Credits, GATEWAY_PATH, type HistoryPage, type HistoryType, type OpenTier } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'

const CREDITS_PATH = `${GATEWAY_PATH}/credits`
const ASK_MS = 5_000
/** In the header, on pages that are about something else. */
const HEADER_MS = 30_000

export interface CreditSettings {
  monthly_cap_usd?: string | null
  tier?: OpenTier
  auto_refill?: { threshold_usd: string; amount_usd: string } | null
}

/** The credit account of whoever is signed in, and the ways to change its settings. */
export function useCredits(): Live<Credits> & { change: (settings: CreditSettings) => Promise<void> } {
  const live = useLive<Credits>(CREDITS_PATH, ASK_MS)
  const change = async (settings: CreditSettings): Promise<void> => {
    await callApi(CREDITS_PATH, 'PATCH', settings)
    live.refresh()
  }
  return { ...live, change }
}

/** The account's balance, for the header. */
export const useCreditBalance = (): Live<Credits> => useLive<Credits>(CREDITS_PATH, HEADER_MS)

/** A page of what came and went; `cursor` as the page before it told. */
export function useCreditHistory(type: HistoryType | null, cursor: string | null): Live<HistoryPage> {
  const search = new URLSearchParams({ ...(type ? { type } : {}), ...(cursor ? { cursor } : {}) }).toString()
  return useLive<HistoryPage>(`${CREDITS_PATH}/history${search ? `?${search}` : ''}`, ASK_MS)
}

interface PurchaseOrder {
  /** `checkout`: on Stripe's page. `element`: with Stripe's form in ours. */
  method: 'checkout' | 'element'
  amount: string
  /** For auto-refill. */
  saveCard: boolean
  requestKey: string
}

export interface StartedPurchase {
  purchase_id: string
  /** Stripe's page. */
  url: string | null
  /** For the form. */
  client_secret: string | null
  publishable_key: string
}

/** Starts a purchase by card. The same key starts it once, however often it is asked for. */
export const startPurchase = ({ method, amount, saveCard, requestKey }: PurchaseOrder): Promise<StartedPurchase> =>
  callApi<StartedPurchase>(
    `${CREDITS_PATH}/purchase`,
    'POST',
    { amount_usd: amount, method, save_method: saveCard },
    { 'idempotency-key': requestKey },
  )
