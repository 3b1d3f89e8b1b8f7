'use client'

import { useEffect } from 'react'
import useSWR, { useSWRConfig } from 'swr'
import { type ApiError, getJson } from './api.ts'
import type { ProviderSummary, VaultApprovals, VaultView } from './api-types.ts'
import { useSession } from './use-session.ts'

/** While the page is visible; a hidden page asks nothing and asks once on its return. */
const LIVE_MS = 1_000
/** What people decide changes at their pace. */
const DECISIONS_MS = 4_000
/** SWR takes a second question within 2 s for the first one, unless told otherwise. */
const DEDUPE_MS = 300
const LIVE = {
  dedupingInterval: DEDUPE_MS,
  refreshWhenHidden: false,
  keepPreviousData: true,
} as const

export interface Live<T> {
  data: T | undefined
  error: ApiError | undefined
  /** Ask again now. */
  refresh: () => void
}

function useLive<T>(path: string, refreshInterval = LIVE_MS): Live<T> {
  const { session } = useSession()
  // The account is part of the key, so that what one account saw is never shown to the next.
  const key = session ? ([path, session.address] as const) : null
  const { data, error, mutate } = useSWR<T, ApiError>(key, ([url]: readonly [string, string]) => getJson<T>(url), {
    ...LIVE,
    refreshInterval,
  })
  return { data, error, refresh: () => void mutate() }
}

/** The vaults that the signed-in account owns, oldest first. What it learns, the page of each vault begins with. */
export function useVaults(): Live<{ vaults: VaultView[] }> {
  const { session } = useSession()
  const { mutate } = useSWRConfig()
  const live = useLive<{ vaults: VaultView[] }>('/api/vaults')
  const { data } = live
  useEffect(() => {
    for (const view of data?.vaults ?? []) {
      void mutate([`/api/vaults/${view.vault.id}`, session?.address], view, { revalidate: false })
    }
  }, [data, mutate, session?.address])
  return live
}

/** One vault, for its owner and its provider. */
export const useVault = (id: string): Live<VaultView> => useLive(`/api/vaults/${id}`)

/** What the signed-in account earned as a provider. */
export const useProviderSummary = (): Live<ProviderSummary> => useLive('/api/provider')

/** Who must agree before FLOW leaves a vault, and what waits for them. */
export const useApprovals = (vaultId: string): Live<VaultApprovals> =>
  useLive(`/api/vaults/${vaultId}/approvals`, DECISIONS_MS)

/** The vaults for which the signed-in account approves. */
export const useApproverVaults = (): Live<{ vaults: VaultApprovals[] }> => useLive('/api/approvals', DECISIONS_MS)
