import { getRoles, ownerCreateSubscription } from '#lib/flow/cadence.generated.ts'
import { ApiError } from './api.ts'
import type { AppConfig, CreatedKey } from './api-types.ts'
import { runScript } from './flow-node.ts'
import { requestKey } from './request-key.ts'
import { draftTransaction, type TransactionDraft } from './run-transaction.ts'
import { eventFields } from './transaction-result.ts'
import type { TransactionOutcome } from './transaction-state.ts'

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
  | { kind: 'provider_unknown' }
  | Exclude<TransactionOutcome, { kind: 'final' }>

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

/** Opens a vault with the wallet, then asks for its key. A provider that would get no key is refused before. */
export async function openSubscription(
  config: AppConfig,
  { owner, ...args }: SubscriptionOrder,
  run: (draft: TransactionDraft) => Promise<TransactionOutcome>,
): Promise<CreationOutcome> {
  if (!(await isProvider(config, args.provider))) return { kind: 'provider_unknown' }
  const about = { title: `Create ${args.serviceName}`, address: owner, addresses: config.addresses }
  const outcome = await run(draftTransaction(ownerCreateSubscription, args, about))
  if (outcome.kind !== 'final') return outcome
  const vaultId = eventFields(outcome.events, 'VaultOpened', 'id')[0]
  if (vaultId === undefined) return { kind: 'failed', message: 'The transaction opened no vault.' }
  return keyFor(vaultId)
}
