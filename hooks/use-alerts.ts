'use client'

import { useCallback } from 'react'
import useSWR from 'swr'
import useSWRInfinite from 'swr/infinite'
import { type ApiError, callApi, getJson } from './api.ts'
import { useSession } from './use-session.ts'

export interface Alert {
  id: string
  kind: string
  severity: 'info' | 'warning' | 'critical'
  /** It is for those who run the installation. */
  forOperator: boolean
  account: string | null
  sentence: string
  createdAt: string
  readAt: string | null
  resolvedAt: string | null
}

interface AlertPage {
  alerts: Alert[]
  unread: number
  next: string | null
}

const ALERTS_PATH = '/api/alerts'
/** The bell asks so often while the page is visible. */
const ASK_MS = 15_000

/** The newest alerts, and how many are unread. */
export function useAlerts() {
  const { session } = useSession()
  const key = session ? ([ALERTS_PATH, session.address] as const) : null
  const { data, error, mutate } = useSWR<AlertPage, ApiError>(
    key,
    ([path]: readonly [string, string]) => getJson(path),
    {
      refreshInterval: ASK_MS,
      keepPreviousData: true,
    },
  )
  return { data, error, refresh: mutate }
}

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
      refreshInterval: ASK_MS,
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

/** Marks alerts as read, all of them if none is named; the bell knows at once. */
export function useReadAlerts() {
  const { refresh } = useAlerts()
  return useCallback(
    async (ids?: string[]): Promise<void> => {
      await callApi(`${ALERTS_PATH}/read`, 'POST', ids ? { ids } : {})
      await refresh()
    },
    [refresh],
  )
}
