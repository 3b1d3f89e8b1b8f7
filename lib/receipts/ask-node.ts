import { resolveImports } from '../flow/addresses.ts'
import { encodeArguments } from '../flow/cadence-argument.ts'
import type { CadenceParameter } from '../flow/cadence-signature.ts'
import { decodeCadence, type Plain } from '../flow/json-cadence.ts'
import type { Place } from './receipt.ts'

export interface NodeAnswer {
  readonly status: number
  /** What the body says as JSON. */
  readonly body: unknown
}

/**
 * Asks a Flow access node; the path is what follows `/v1/`, a body is posted as JSON. Throws when no answer comes.
 * Browser and command line bring their own, so that the same checks run in both.
 */
export type AskNode = (path: string, body?: unknown) => Promise<NodeAnswer>

/** The node gave no usable answer: nothing is known then, neither good nor bad. */
export class NodeSilent extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NodeSilent'
  }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

async function answerOf(ask: AskNode, path: string, body?: unknown): Promise<NodeAnswer> {
  try {
    return await ask(path, body)
  } catch (error) {
    throw new NodeSilent(error instanceof Error ? error.message : 'no answer')
  }
}

/** The chain that the node belongs to: `flow-emulator`, `flow-testnet`, `flow-mainnet`. */
export async function readChainId(ask: AskNode): Promise<string> {
  const { status, body } = await answerOf(ask, 'network/parameters')
  if (status === 200 && isFields(body) && typeof body['chain_id'] === 'string') return body['chain_id']
  throw new NodeSilent(`it is no Flow access node (status ${status})`)
}

/** An event of a sealed transaction: its full name and its fields. */
export interface SealedEvent {
  readonly type: string
  readonly data: Plain
}

/** The events of a transaction that is sealed and succeeded; null when the node knows no such one. */
export async function readSealedEvents(ask: AskNode, transaction: string): Promise<SealedEvent[] | null> {
  const { status, body } = await answerOf(ask, `transaction_results/${transaction}`)
  if (status === 404 || status === 400) return null
  if (status !== 200 || !isFields(body)) throw new NodeSilent(`status ${status}`)
  const isSealed = String(body['status']).toLowerCase() === 'sealed' && !body['error_message']
  if (!isSealed || !Array.isArray(body['events'])) return null
  return body['events'].filter(isFields).map(({ type, payload }) => ({
    type: String(type),
    data: decodeBase64(payload),
  }))
}

interface Script {
  readonly code: string
  readonly parameters: readonly CadenceParameter[]
}

/**
 * Runs a script that imports contracts of ours alone against the node's latest sealed block; null when the contracts at
 * that address can't answer it.
 */
export async function runScript(
  ask: AskNode,
  { contract }: Pick<Place, 'contract'>,
  script: Script,
  args: Readonly<Record<string, unknown>>,
): Promise<Plain | null> {
  const names = [...script.code.matchAll(/import "(\w+)"/g)].map(([, name = '']) => name)
  const code = resolveImports(script.code, Object.fromEntries(names.map((name) => [name, contract])))
  const encoded = encodeArguments(script.parameters, args).map((argument) => toBase64(JSON.stringify(argument)))
  const { status, body } = await answerOf(ask, 'scripts', { script: toBase64(code), arguments: encoded })
  if (status >= 500 || status === 429) throw new NodeSilent(`status ${status}`)
  return status === 200 && typeof body === 'string' ? decodeBase64(body) : null
}

const toBase64 = (text: string): string => btoa(String.fromCodePoint(...new TextEncoder().encode(text)))

function decodeBase64(value: unknown): Plain {
  try {
    const bytes = Uint8Array.from(atob(String(value)), (char) => char.codePointAt(0) ?? 0)
    return decodeCadence(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    throw new NodeSilent('its answer can’t be read')
  }
}
