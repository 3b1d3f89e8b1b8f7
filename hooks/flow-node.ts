import { type Flow, flow } from '#lib/money/units.ts'
import { type ContractAddresses, resolveImports } from '#lib/flow/addresses.ts'
import { encodeArguments } from '#lib/flow/cadence-argument.ts'
import type { CadenceParameter } from '#lib/flow/cadence-signature.ts'
import { decodeCadence, type Plain } from '#lib/flow/json-cadence.ts'

const toBase64 = (text: string): string => btoa(String.fromCodePoint(...new TextEncoder().encode(text)))
const fromBase64 = (text: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.codePointAt(0) ?? 0))

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { cache: 'no-store', ...init })
  if (!response.ok) throw new Error(`Flow's access node answered ${response.status}.`)
  return response.json()
}

/** What an account holds outside of vaults, asked of the access node itself. */
export async function readFlowBalance(accessNode: string, address: string): Promise<Flow> {
  const account = await ask(`${accessNode}/v1/accounts/${address}`)
  if (typeof account !== 'object' || account === null || !('balance' in account)) {
    throw new Error("Flow's access node gave an account without a balance.")
  }
  return flow(BigInt(String(account.balance)))
}

/** Runs a read-only script on the access node. */
export async function runScript(
  node: { accessNode: string; addresses: ContractAddresses },
  script: { readonly code: string; readonly parameters: readonly CadenceParameter[] },
  args: Readonly<Record<string, unknown>>,
): Promise<Plain> {
  const body = {
    script: toBase64(resolveImports(script.code, node.addresses)),
    arguments: encodeArguments(script.parameters, args).map((argument) => toBase64(JSON.stringify(argument))),
  }
  const answer = await ask(`${node.accessNode}/v1/scripts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (typeof answer !== 'string') throw new Error("Flow's access node gave no value.")
  return decodeCadence(JSON.parse(fromBase64(answer)))
}
