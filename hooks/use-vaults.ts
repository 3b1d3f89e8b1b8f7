'use client'

import { useSWRConfig } from 'swr'
import type { ProviderSummary, VaultApprovals, VaultView } from './api-types.ts'
import { type Live, LIVE_MS, useLive } from './use-live.ts'

/** What people decide changes at their pace. */
const DECISIONS_MS = 4_000

/** The vaults that the signed-in account owns, oldest first. What it learns, the page of each vault begins with. */
export function useVaults(): Live<{ vaults: VaultView[] }> {
  const { mutate } = useSWRConfig()
  return useLive<{ vaults: VaultView[] }>('/api/vaults', LIVE_MS, ({ vaults }, address) => {
    for (const view of vaults) void mutate([`/api/vaults/${view.vault.id}`, address], view, { revalidate: false })
  })
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
