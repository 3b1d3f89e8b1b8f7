'use client'

import { useCallback, useRef, useState } from 'react'
import { ownerCreateSubscription, getRoles } from '#lib/flow/cadence.generated.ts'
import { ApiError } from './api.ts'
import type { AppConfig, CreatedKey } from './api-types.ts'
import { useAppConfig } from './app-config.ts'
import { runScript } from './flow-node.ts'
import { requestKey } from './request-key.ts'
import { eventFields } from './transaction-result.ts'
import { draftTransaction, useTransaction } from './use-transaction.ts'

export interface SubscriptionOrder {
  serviceName: string
  provider: string
  /** FLOW, as decimal text. */
  deposit: string
  /** The account that pays and will own the vault. */
  owner: string
}

export type CreationOutcome =
  | { kind: 'created'; vaultId: string; key: CreatedKey }
  /** The vault is there, its key isn't yet: it can be finished from the list. */
  | { kind: 'key_missing'; vaultId: string; message: string }
  | { kind: 'provider_unknown' | 'declined' | 'busy' | 'open_elsewhere' }
  | { kind: 'failed' | 'expired'; message: string }

async function isProvider(config: AppConfig, address: string): Promise<boolean> {
  const roles = await runScript(config, getRoles, { address })
  return typeof roles === 'object' && roles !== null && 'provider' in roles && roles.provider === true
}

async function keyFor(vaultId: string): Promise<CreationOutcome> {
  try {
    return { kind: 'created', vaultId, key: await requestKey(vaultId) }
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause
    return { kind: 'key_missing', vaultId, message: cause.message }
  }
}

/** Opens a vault with the wallet, then asks for its key: one run at a time. */
export function useCreateSubscription() {
  const config = useAppConfig()
  const { run, status, reset } = useTransaction()
  const [busy, setBusy] = useState(false)
  const running = useRef(false)

  const attempt = useCallback(
    async ({ owner, ...args }: SubscriptionOrder): Promise<CreationOutcome> => {
      if (!(await isProvider(config, args.provider))) return { kind: 'provider_unknown' }
      const about = { title: `Create ${args.serviceName}`, address: owner, addresses: config.addresses }
      const outcome = await run(draftTransaction(ownerCreateSubscription, args, about))
      if (outcome.kind !== 'final') return outcome
      const vaultId = eventFields(outcome.events, 'VaultOpened', 'id')[0]
      if (vaultId === undefined) return { kind: 'failed', message: 'The transaction opened no vault.' }
      return keyFor(vaultId)
    },
    [config, run],
  )

  const create = useCallback(
    async (order: SubscriptionOrder): Promise<CreationOutcome> => {
      if (running.current) return { kind: 'busy' }
      running.current = true
      setBusy(true)
      try {
        return await attempt(order)
      } catch (cause) {
        return { kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) }
      } finally {
        running.current = false
        setBusy(false)
      }
    },
    [attempt],
  )
  return { create, status, busy, reset }
}
