'use client'

import useSWRInfinite from 'swr/infinite'
import { type ApiError, getJson } from './api.ts'
import { type AlertPage, ALERTS_ASK_MS, ALERTS_PATH } from './use-alerts.ts'
import { useSession } from './use-session.ts'

/** All alerts, a page more each time it is asked for. */
export function useAlertPages() {
  const { session } = useSession()
  const keyOf = (_index: number, before: AlertPage | null) => {
    if (!session || (before && before.next === null)) return null
    return [before?.next ? `${ALERTS_PATH}?after=${before.next}` : ALERTS_PATH, session.address, 'page'] as const
  }
  const pages = useSWRInfinite<AlertPage, ApiError>(
    keyOf,
    ([path]: readonly [string, string, string]) => getJson(path),
    {
      refreshInterval: ALERTS_ASK_MS,
      revalidateFirstPage: true,
    },
  )
  const { data, error, size, setSize, mutate } = pages
  return {
    alerts: data?.flatMap((page) => page.alerts),
    error,
    hasMore: (data?.at(-1)?.next ?? null) !== null,
    isLoadingMore: data !== undefined && data.length < size,
    more: () => void setSize(size + 1),
    refresh: mutate,
  }
}
