'use client'

import { useState } from 'react'
import { callApi } from './api.ts'
import { GATEWAY_PATH } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'
import type { Topup } from './use-topups.ts'

const PATH = `${GATEWAY_PATH}/admin/topups`
const ASK_MS = 15_000

/** FLOW that arrived for credits and belongs to nobody yet. */
export interface UnassignedTopup extends Topup {
  amount_usd: string | null
  /** Null: the chain doesn't tell. */
  from_address: string | null
}

interface UnassignedPage {
  /** Null: no FLOW is taken here. */
  address: string | null
  data: UnassignedTopup[]
  next_cursor: string | null
}

interface UnassignedTopups extends Live<UnassignedPage> {
  /** Goes to a page; null: the newest. */
  goTo: (cursor: string | null) => void
  isFirst: boolean
  assign: (id: string, accountId: string, reason: string) => Promise<void>
}

/** What waits for the admin to say whose it is, newest first. */
export function useUnassignedTopups(): UnassignedTopups {
  const [cursor, goTo] = useState<string | null>(null)
  const live = useLive<UnassignedPage>(cursor ? `${PATH}?${new URLSearchParams({ cursor }).toString()}` : PATH, ASK_MS)
  return {
    ...live,
    goTo,
    isFirst: cursor === null,
    assign: async (id, accountId, reason) => {
      await callApi(PATH, 'POST', { id, account_id: accountId, reason })
      live.refresh()
    },
  }
}
