'use client'

import useSWR from 'swr'
import { getJson } from './api.ts'
import type { StorageReport } from './api-types.ts'

const CHECK_MS = 60_000

/** How full the contracts' account is; undefined until it is known. */
export function useStorage(): StorageReport | undefined {
  const { data } = useSWR<StorageReport>('/api/storage', getJson, { refreshInterval: CHECK_MS })
  return data
}
