'use client'

import { callApi } from './api.ts'
import { GATEWAY_PATH } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'

const PATH = `${GATEWAY_PATH}/byok/keys`
const ASK_MS = 10_000

export interface ProviderKey {
  provider: string
  masked: string
  enabled: boolean
  base_url: string | null
  updated_at: string
}

export interface ProviderKeyDraft {
  provider: string
  api_key: string
  /** Null: the provider's own. */
  base_url: string | null
}

export interface KeyTest {
  outcome: 'valid' | 'refused' | 'unreachable'
  /** What the provider answered; null when it didn't. */
  status: number | null
  tested_at: string
}

export interface ProviderKeys extends Live<{ data: ProviderKey[] }> {
  store: (draft: ProviderKeyDraft) => Promise<void>
  enable: (provider: string, enabled: boolean) => Promise<void>
  test: (provider: string) => Promise<KeyTest>
  remove: (provider: string) => Promise<void>
}

/** The customer's own keys at model providers. */
export function useProviderKeys(): ProviderKeys {
  const live = useLive<{ data: ProviderKey[] }>(PATH, ASK_MS)
  const change = async (work: Promise<unknown>): Promise<void> => {
    await work
    live.refresh()
  }
  return {
    ...live,
    store: (draft) => change(callApi(PATH, 'POST', draft)),
    enable: (provider, enabled) => change(callApi(`${PATH}/${provider}`, 'PATCH', { enabled })),
    test: (provider) => callApi<KeyTest>(`${PATH}/${provider}/test`, 'POST', {}),
    remove: (provider) => change(callApi(`${PATH}/${provider}`, 'DELETE')),
  }
}
