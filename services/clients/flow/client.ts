import { type ContractAddresses, type FlowNetwork, resolveImports, typeName } from '#lib/flow/addresses.ts'
import { type CadenceArguments, encodeArguments } from '#lib/flow/cadence-argument.ts'
import { scripts, transactions } from '#lib/flow/cadence.generated.ts'
import { readResult, type ScriptName, type ScriptResult } from '#lib/flow/script-results.ts'
import { createAccessNode } from './access-node.ts'
import { type AccountProof, verifyAccountProof } from './account-proof.ts'
import type { SealedTransaction } from './await-seal.ts'
import { readAccount } from './read-account.ts'
import { readEvents } from './read-events.ts'
import type { Block, BlockEvent, ChainAccount } from './rest-shapes.ts'
import { runScript } from './run-script.ts'
import { createSender, type PreparedTransaction } from './sender.ts'
import type { Signer } from './signer.ts'
import { readLatestBlock, readStatus, type TransactionStatus } from './transaction-status.ts'

type TransactionName = keyof typeof transactions
type TransactionArguments<N extends TransactionName> = CadenceArguments<(typeof transactions)[N]['parameters']>
type ScriptArguments<N extends ScriptName> = CadenceArguments<(typeof scripts)[N]['parameters']>

interface ChainClientOptions {
  network: FlowNetwork
  /** REST address of an access node. */
  accessNode: string
  addresses: ContractAddresses
  /** For each single request; 10 s unless given. */
  timeoutMs?: number
}

/** One chain as the product sees it. Clients share nothing: several for different networks may live side by side. */
export interface ChainClient {
  readonly network: FlowNetwork
  readonly addresses: ContractAddresses
  /** Runs a script against the latest sealed block, or an older one: nodes keep the state of some. */
  script<N extends ScriptName>(name: N, args: ScriptArguments<N>, height?: number): Promise<ScriptResult<N>>
  /** Signs a transaction without sending it, so that its id can be kept first. One at a time per key. */
  prepare<N extends TransactionName>(
    name: N,
    args: TransactionArguments<N>,
    signer: Signer,
  ): Promise<PreparedTransaction>
  /** Sends and waits until sealed. Throws `chain_refused` with the contract's sentence when it fails. */
  send<N extends TransactionName>(name: N, args: TransactionArguments<N>, signer: Signer): Promise<SealedTransaction>
  status(txId: string, preparedAtHeight?: number): Promise<TransactionStatus>
  /** Events of one type in a range of heights, both included, in the chain's order. */
  events(type: string, fromHeight: number, toHeight: number): Promise<BlockEvent[]>
  latestBlock(): Promise<Block>
  /** Null when the chain has no such account. */
  account(address: string): Promise<ChainAccount | null>
  /** True when distinct keys of the account, of full weight together, signed the proof. */
  verifyAccountProof(proof: AccountProof): Promise<boolean>
  /** The full name of an event of a known contract: `UsageBasedSubscriptions.Deposited`. */
  eventType(name: `${string}.${string}`): string
}

export function createChainClient({
  network,
  accessNode,
  addresses,
  timeoutMs = 10_000,
}: ChainClientOptions): ChainClient {
  const node = createAccessNode(accessNode, timeoutMs)
  const sender = createSender(node)
  const run = <N extends ScriptName>(name: N, args: ScriptArguments<N>, height?: number) =>
    runScript(
      node,
      resolveImports(scripts[name].code, addresses),
      encodeArguments(scripts[name].parameters, args),
      height,
    )
  const draft = <N extends TransactionName>(name: N, args: TransactionArguments<N>) => ({
    code: resolveImports(transactions[name].code, addresses),
    args: encodeArguments(transactions[name].parameters, args),
  })
  return {
    network,
    addresses,
    script: async (name, args, height) => readResult(name, await run(name, args, height)),
    prepare: async (name, args, signer) => sender.prepare(draft(name, args), signer),
    send: async (name, args, signer) => sender.send(draft(name, args), signer),
    status: (txId, preparedAtHeight) => readStatus(node, txId, preparedAtHeight),
    events: (type, fromHeight, toHeight) => readEvents(node, type, fromHeight, toHeight),
    latestBlock: () => readLatestBlock(node),
    account: (address) => readAccount(node, address),
    verifyAccountProof: (proof) => verifyAccountProof((args) => run('verify_account_proof', args), proof),
    eventType: (name) => typeName(addresses, name),
  }
}
