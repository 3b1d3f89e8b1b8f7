'use client'

import { useCallback } from 'react'
import useSWR from 'swr'
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

export interface AlertPage {
  alerts: Alert[]
  unread: number
  next: string | null
}

export const ALERTS_PATH = '/api/alerts'
/** The bell asks so often while the page is visible. */
export const ALERTS_ASK_MS = 15_000

/** The newest alerts, and how many are unread. */
export function useAlerts() {
  const { session } = useSession()
  const key = session ? ([ALERTS_PATH, session.address] as const) : null
  const { data, error, mutate } = useSWR<AlertPage, ApiError>(
    key,
    ([path]: readonly [string, string]) => getJson(path),
    {
      refreshInterval: ALERTS_ASK_MS,
      keepPreviousData: true,
    },
  )
  return { data, error, refresh: mutate }
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
