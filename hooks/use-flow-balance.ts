'use client'

import useSWR from 'swr'
import type { Flow } from '#lib/money/units.ts'
import { useAppConfig } from './app-config.ts'
import { readFlowBalance } from './flow-node.ts'

const REFRESH_MS = 5_000

/** FLOW in an account, outside of vaults. `undefined` while it is unknown. */
export function useFlowBalance(address: string | undefined): { balance: Flow | undefined; refresh: () => void } {
  const { accessNode } = useAppConfig()
  const key = address ? (['flow-balance', accessNode, address] as const) : null
  const { data, mutate } = useSWR(key, ([, node, of]) => readFlowBalance(node, of), { refreshInterval: REFRESH_MS })
  return { balance: data, refresh: () => void mutate() }
}
