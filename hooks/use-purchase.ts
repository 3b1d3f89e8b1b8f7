'use client'

import useSWR from 'swr'
import { type ApiError, getJson } from './api.ts'
import { GATEWAY_PATH } from './credit-types.ts'
import { useSession } from './use-session.ts'

interface Purchase {
  status: string
}

const ASK_MS = 2_000
const ENDED = ['paid', 'failed']

/** How a purchase stands; asked again until it has ended. Null: none is looked at. */
export function usePurchase(id: string | null): { data: Purchase | undefined; error: ApiError | undefined } {
  const { session } = useSession()
  const path = `${GATEWAY_PATH}/credits/purchases/${encodeURIComponent(id ?? '')}`
  const { data, error } = useSWR<Purchase, ApiError>(
    id && session ? [path, session.address] : null,
    ([url]: readonly [string, string]) => getJson(url),
    { refreshInterval: (latest) => (latest && ENDED.includes(latest.status) ? 0 : ASK_MS) },
  )
  return { data, error }
}
