'use client'

import useSWR from 'swr'
import type { Receipt } from '#lib/receipts/receipt.ts'
import { type ApiError, getJson } from './api.ts'
import { useSession } from './use-session.ts'

interface ReceiptList {
  receipts: Receipt[]
  /** More requests carry the same id. */
  more: boolean
}

/** A receipt doesn't change while one looks at it. */
const ONCE = { revalidateOnFocus: false, revalidateOnReconnect: false, refreshInterval: 0, shouldRetryOnError: false }

/** The receipts of the requests with this id, once somebody is signed in. */
export function useReceipts(call: string | null): { data: ReceiptList | undefined; error: ApiError | undefined } {
  const { session } = useSession()
  const path = call === null ? null : `/api/receipts/${encodeURIComponent(call)}`
  const key = session && path ? ([path, session.address] as const) : null
  const { data, error } = useSWR<ReceiptList, ApiError>(key, ([url]: readonly [string, string]) => getJson(url), ONCE)
  return { data, error }
}
