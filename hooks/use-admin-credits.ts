'use client'

import { callApi } from './api.ts'
import { GATEWAY_PATH, type Tier } from './credit-types.ts'
import { keepRequestKey } from './keep-request-key.ts'
import { type Live, useLive } from './use-live.ts'

const ADMIN_PATH = `${GATEWAY_PATH}/admin`
const ASK_MS = 10_000

export interface AdminAccount {
  id: string
  /** Whose it is: `flow:0x…` or `oidc:…`. */
  subject: string
  tier: Tier
  status: string
  balance_usd: string
  held_usd: string
  receivable_usd: string
  created_at: string
}

interface AccountPage {
  data: AdminAccount[]
  next_cursor: string | null
}

/** What an admin books to an account, with the reason that its customer reads too. */
export interface AdminEntry {
  amount_usd: string
  reason: string
}

export interface AdminAccounts extends Live<AccountPage> {
  setTier: (id: string, tier: Tier, reason: string) => Promise<void>
  grant: (id: string, entry: AdminEntry & { expires_at: string | null }) => Promise<void>
  refund: (id: string, entry: AdminEntry) => Promise<void>
}

/** Credit accounts, for the admin: a page of those that match. */
export function useAdminAccounts(query: string, cursor: string | null): AdminAccounts {
  const search = new URLSearchParams({ ...(query ? { query } : {}), ...(cursor ? { cursor } : {}) }).toString()
  const live = useLive<AccountPage>(`${ADMIN_PATH}/accounts${search ? `?${search}` : ''}`, ASK_MS)
  const change = async (path: string, method: string, body: unknown): Promise<void> => {
    try {
      await callApi(`${ADMIN_PATH}/accounts/${path}`, method, body)
    } finally {
      // Also after an answer that was lost: the account tells whether it was done.
      live.refresh()
    }
  }
  const book = (path: string, entry: AdminEntry): Promise<void> =>
    keepRequestKey(path, (request_key) => change(path, 'POST', { ...entry, request_key }))
  return {
    ...live,
    setTier: (id, tier, reason) => change(id, 'PATCH', { tier, reason }),
    grant: (id, entry) => book(`${id}/grants`, entry),
    refund: (id, entry) => book(`${id}/refunds`, entry),
  }
}
