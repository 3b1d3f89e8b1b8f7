import { AppError } from '#lib/errors/app-error.ts'
import type { JsonCadence } from '#lib/flow/cadence-argument.ts'
import type { Plain } from '#lib/flow/json-cadence.ts'
import { type AccessNode, NodeRefusal } from './access-node.ts'
import { readChainFailure } from './chain-error.ts'
import { encodedValue } from './rest-shapes.ts'

/**
 * Runs Cadence against a sealed block, the latest if none is named. Throws `chain_refused` with the script's own
 * sentence if it fails, or with the node's if it doesn't have that block's state.
 */
export async function runScript(
  node: AccessNode,
  code: string,
  args: readonly JsonCadence[],
  height?: number,
): Promise<Plain> {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
  const body = { script: base64(code), arguments: args.map((argument) => base64(JSON.stringify(argument))) }
  try {
    return await node.post(`scripts?block_height=${height ?? 'sealed'}`, body, encodedValue)
  } catch (error) {
    if (!(error instanceof NodeRefusal)) throw error
    const failure = readChainFailure(error.nodeMessage)
    throw new AppError('chain_refused', 'The contract could not answer. Nothing was changed.', {
      internal: `script failed: ${failure.message}`,
      details: { reason: failure.message },
      cause: error,
    })
  }
}
