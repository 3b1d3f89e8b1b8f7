'use client'

import { callApi } from './api.ts'
import { GATEWAY_PATH, type GatewayKey, type PowerLevel } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'

const KEYS_PATH = `${GATEWAY_PATH}/keys`
const ASK_MS = 10_000

export interface KeyDraft {
  name: string
  power: PowerLevel | null
  /** Null: all of the tier's. */
  models: string[] | null
}

interface GatewayKeys extends Live<{ data: GatewayKey[] }> {
  change: (id: string, draft: Partial<KeyDraft>) => Promise<void>
  revoke: (id: string) => Promise<void>
}

/** Makes a key, one for a request key; its secret is in this answer and in no other. */
export const createGatewayKey = async (draft: KeyDraft, requestKey: string): Promise<string> =>
  (await callApi<{ secret: string }>(KEYS_PATH, 'POST', draft, { 'idempotency-key': requestKey })).secret

/** The API keys of the credit account. */
export function useGatewayKeys(): GatewayKeys {
  const live = useLive<{ data: GatewayKey[] }>(KEYS_PATH, ASK_MS)
  return {
    ...live,
    change: async (id, draft) => {
      await callApi(`${KEYS_PATH}/${id}`, 'PATCH', draft)
      live.refresh()
    },
    revoke: async (id) => {
      await callApi(`${KEYS_PATH}/${id}`, 'DELETE')
      live.refresh()
    },
  }
}
