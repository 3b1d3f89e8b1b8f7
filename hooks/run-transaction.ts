import { type ContractAddresses, resolveImports } from '#lib/flow/addresses.ts'
import { type CadenceArguments, encodeArguments, type JsonCadence } from '#lib/flow/cadence-argument.ts'
import type { CadenceParameter } from '#lib/flow/cadence-signature.ts'
import type { AppConfig } from './api-types.ts'
import { COMPUTE_LIMIT, loadFcl } from './flow-client.ts'
import { followTransaction, refusalOf } from './transaction-result.ts'
import type { TransactionOutcome, TransactionState, TransactionStatus } from './transaction-state.ts'
import { trackTransaction } from './transaction-store.ts'
import { errorText, isDeclined, isUnanswered } from './wallet-error.ts'

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

export interface RunOptions {
  config: AppConfig
  onStatus: (status: TransactionStatus) => void
  /** Stops the watching, not the transaction. */
  signal: AbortSignal
}

/** The arguments are in the wire form already: FCL is told to take them as they are. */
const asIs = { label: 'JSON-Cadence', asArgument: (value: unknown) => value, asInjection: (value: unknown) => value }

const OTHER_ACCOUNT =
  'The wallet is connected to another account. Nothing was sent. Connect the one that you signed in with.'
const NO_ACCOUNT =
  'No wallet is connected, though you are signed in. Nothing was sent. Connect it in the menu of your account, at the ' +
  'top of the page.'
const UNANSWERED =
  'Flow didn’t confirm that it got the transaction. Look at your subscriptions before you send it again: it may still ' +
  'go through for about 10 minutes.'

async function sign(config: AppConfig, draft: TransactionDraft): Promise<string> {
  const fcl = await loadFcl(config)
  const { addr } = await fcl.currentUser.snapshot()
  // Without this FCL would ask any account to sign in and sign.
  if (addr !== draft.address) throw new Error(addr ? OTHER_ACCOUNT : NO_ACCOUNT)
  return fcl.mutate({
    cadence: draft.cadence,
    limit: COMPUTE_LIMIT,
    args: (arg) => draft.args.map((value) => arg(value, asIs)),
  })
}

async function follow(draft: TransactionDraft, txId: string, options: RunOptions): Promise<TransactionOutcome> {
  const { config, onStatus, signal } = options
  const about = { txId, title: draft.title, address: draft.address, deploymentId: config.deploymentId }
  const sentAt = new Date().toISOString()
  const show = (state: TransactionState, error: string | null): void => {
    trackTransaction({ ...about, state, error, sentAt })
    onStatus({ state, txId, error })
  }
  show('sent', null)
  const result = await followTransaction(
    config.accessNode,
    txId,
    ({ state, error }) => show(state, error ? refusalOf(error) : null),
    signal,
  )
  if (!result) return { kind: 'unknown', message: UNANSWERED }
  if (result.state === 'final') return { kind: 'final', txId, events: result.events }
  if (result.state === 'expired') return { kind: 'expired', message: 'It expired; nothing moved.' }
  return { kind: 'failed', message: refusalOf(result.error ?? '') }
}

/** Has the wallet sign, sends, and follows to the end. Never throws: how it ended is the answer. */
export async function runTransaction(draft: TransactionDraft, options: RunOptions): Promise<TransactionOutcome> {
  options.onStatus({ state: 'waiting', txId: null, error: null })
  try {
    return await follow(draft, await sign(options.config, draft), options)
  } catch (cause) {
    if (isDeclined(cause)) {
      options.onStatus({ state: 'declined', txId: null, error: null })
      return { kind: 'declined' }
    }
    const message = refusalOf(errorText(cause))
    options.onStatus({ state: 'failed', txId: null, error: message })
    return isUnanswered(cause) ? { kind: 'unknown', message: UNANSWERED } : { kind: 'failed', message }
  }
}
