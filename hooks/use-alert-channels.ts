'use client'

import useSWR from 'swr'
import { type ApiError, callApi, getJson } from './api.ts'
import { useSession } from './use-session.ts'

export interface AlertDelivery {
  id: string
  status: 'pending' | 'delivered' | 'failed'
  attempts: number
  lastError: string | null
  createdAt: string
  finishedAt: string | null
}

export interface AlertChannel {
  id: string
  kind: 'webhook' | 'email'
  target: string
  confirmed: boolean
  lastError: string | null
  deliveries: AlertDelivery[]
}

interface Channels {
  channels: AlertChannel[]
  mailIsSetUp: boolean
}

const PATH = '/api/alerts/channels'
const ASK_MS = 10_000

/** Where the signed-in account is told of alerts beside the console. */
export function useAlertChannels() {
  const { session } = useSession()
  const key = session ? ([PATH, session.address] as const) : null
  const { data, error, mutate } = useSWR<Channels, ApiError>(
    key,
    ([path]: readonly [string, string]) => getJson(path),
    {
      refreshInterval: ASK_MS,
    },
  )
  /** Answers with the webhook's secret, the first time. */
  const add = async (kind: AlertChannel['kind'], target: string): Promise<string | null> => {
    const { secret } = await callApi<{ secret?: string }>(PATH, 'POST', { kind, target })
    await mutate()
    return secret ?? null
  }
  const remove = async (id: string): Promise<void> => {
    await callApi(`${PATH}/${id}`, 'DELETE')
    await mutate()
  }
  return { data, error, refresh: () => void mutate(), add, remove }
}

/** Says that the reader of a mail wants the alerts; answers with the address. */
export const confirmAddress = async (word: string): Promise<string> =>
  (await callApi<{ target: string }>(`${PATH}/confirm`, 'POST', { word })).target
