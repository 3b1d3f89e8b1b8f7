'use client'

import { useState } from 'react'
import useSWR from 'swr'
import { type ApiError, getJson } from './api.ts'
import { GATEWAY_PATH } from './credit-types.ts'
import { useSession } from './use-session.ts'

interface Purchase {
  status: string
}

const ASK_MS = 2_000
/** A card that was refused makes a purchase failed until another one pays it: for so long it is asked about again. */
const FAILED_FOR_MS = 20_000

const isOver = (status: string, since: number): boolean =>
  status === 'paid' || (status === 'failed' && Date.now() - since > FAILED_FOR_MS)

export interface PurchaseLook {
  status: string | undefined
  /** It won't change any more, as far as can be told. */
  hasEnded: boolean
  error: ApiError | undefined
}

/** How a purchase stands; asked again until it has ended. Null: none is looked at. */
export function usePurchase(id: string | null): PurchaseLook {
  const [since] = useState(() => Date.now())
  const { session } = useSession()
  const path = `${GATEWAY_PATH}/credits/purchases/${encodeURIComponent(id ?? '')}`
  const { data, error } = useSWR<Purchase, ApiError>(
    id && session ? [path, session.address] : null,
    ([url]: readonly [string, string]) => getJson(url),
    { refreshInterval: (latest) => (latest && isOver(latest.status, since) ? 0 : ASK_MS) },
  )
  const status = data?.status
  return { status, hasEnded: status !== undefined && isOver(status, since), error }
}
