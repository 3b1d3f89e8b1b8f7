'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { type ContractAddresses, resolveImports } from '#lib/flow/addresses.ts'
import { type CadenceArguments, encodeArguments, type JsonCadence } from '#lib/flow/cadence-argument.ts'
import type { CadenceParameter } from '#lib/flow/cadence-signature.ts'
import { useAppConfig } from './app-config.ts'
import type { AppConfig } from './api-types.ts'
import { COMPUTE_LIMIT, loadFcl } from './flow-client.ts'
import { type ChainEvent, followTransaction, refusalOf, type TransactionState } from './transaction-result.ts'
import { trackTransaction } from './transaction-store.ts'
import { errorText, isDeclined } from './wallet-error.ts'

interface TransactionSource<P extends readonly CadenceParameter[]> {
  readonly code: string
  readonly parameters: P
}

export interface TransactionDraft {
  /** What it does, in words: shown in the list of transactions. */
  title: string
  cadence: string
  args: readonly JsonCadence[]
  /** The account that has to sign: the one that is signed in. */
  address: string
}

/** A transaction ready for the wallet: the contracts' addresses filled in, the arguments in Cadence's form. */
export function draftTransaction<const P extends readonly CadenceParameter[]>(
  source: TransactionSource<P>,
  args: CadenceArguments<P>,
  about: { title: string; address: string; addresses: ContractAddresses },
): TransactionDraft {
  const { title, address, addresses } = about
  const cadence = resolveImports(source.code, addresses)
  return { title, address, cadence, args: encodeArguments(source.parameters, args) }
}

export interface TransactionStatus {
  state: TransactionState
  txId: string | null
  error: string | null
}

export type TransactionOutcome =
  | { kind: 'final'; txId: string; events: ChainEvent[] }
  /** `open_elsewhere`: another tab has the same draft in its wallet. */
  | { kind: 'declined' | 'busy' | 'open_elsewhere' }
  | { kind: 'failed' | 'expired'; message: string }

/** The arguments are in the wire form already: FCL is told to take them as they are. */
const asIs = { label: 'JSON-Cadence', asArgument: (value: unknown) => value, asInjection: (value: unknown) => value }

async function sign(config: AppConfig, draft: TransactionDraft): Promise<string> {
  const fcl = await loadFcl(config)
  return fcl.mutate({
    cadence: draft.cadence,
    limit: COMPUTE_LIMIT,
    args: (arg) => draft.args.map((value) => arg(value, asIs)),
  })
}

/** One tab and one run at a time: what is open under the same title can't be sent twice. */
async function withLock<T>(name: string, run: () => Promise<T>, busy: T): Promise<T> {
  if (!('locks' in navigator)) return run()
  return navigator.locks.request(`flareflow:${name}`, { ifAvailable: true }, (lock) => (lock ? run() : busy))
}

/** Sends a transaction through the wallet and follows it to its end. */
export function useTransaction() {
  const config = useAppConfig()
  const [status, setStatus] = useState<TransactionStatus | null>(null)
  const running = useRef(false)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])

  const follow = useCallback(
    async (draft: TransactionDraft, txId: string): Promise<TransactionOutcome> => {
      const controller = new AbortController()
      stop.current = controller
      const about = { txId, title: draft.title, address: draft.address, deploymentId: config.deploymentId }
      const sentAt = new Date().toISOString()
      const show = (state: TransactionState, error: string | null): void => {
        trackTransaction({ ...about, state, error, sentAt })
        setStatus({ state, txId, error })
      }
      show('sent', null)
      const onResult = ({ state, error }: { state: TransactionState; error: string | null }): void =>
        show(state, error ? refusalOf(error) : null)
      const result = await followTransaction(config.accessNode, txId, onResult, controller.signal)
      if (result?.state === 'final') return { kind: 'final', txId, events: result.events }
      if (result?.state === 'expired') return { kind: 'expired', message: 'It expired; nothing moved.' }
      return { kind: 'failed', message: result?.error ? refusalOf(result.error) : 'The page was left.' }
    },
    [config],
  )

  const attempt = useCallback(
    async (draft: TransactionDraft): Promise<TransactionOutcome> => {
      setStatus({ state: 'waiting', txId: null, error: null })
      try {
        return await follow(draft, await sign(config, draft))
      } catch (cause) {
        const declined = isDeclined(cause)
        const message = declined ? null : refusalOf(errorText(cause))
        setStatus({ state: declined ? 'declined' : 'failed', txId: null, error: message })
        return declined ? { kind: 'declined' } : { kind: 'failed', message: message ?? '' }
      }
    },
    [config, follow],
  )

  const run = useCallback(
    async (draft: TransactionDraft): Promise<TransactionOutcome> => {
      if (running.current) return { kind: 'busy' }
      running.current = true
      try {
        return await withLock<TransactionOutcome>(draft.title, () => attempt(draft), { kind: 'open_elsewhere' })
      } finally {
        running.current = false
      }
    },
    [attempt],
  )

  return { run, status, reset: useCallback(() => setStatus(null), []) }
}
