import { AppError } from '#lib/errors/app-error.ts'
import { withPrefix } from '#lib/flow/addresses.ts'
import { readingDomain, type SignableReading, signedReadings } from '#lib/settlement/reading-message.ts'
import { createSigner, type Signer } from '#services/clients/flow/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { OnStep } from './schemas.ts'
import { markSubmitted, type ReadingRow, replan } from './store.ts'

/** The account that hands in readings. Throws `config_invalid` when it is not configured. */
function oracleSigner({ env }: ServiceContext): Signer {
  const { oracleAddress, privateKey, keyIndex } = env.flow
  if (oracleAddress && privateKey) return createSigner({ address: oracleAddress, privateKey, keyIndex })
  throw new AppError(
    'config_invalid',
    'FLOW_ORACLE_ADDRESS and FLOW_PRIVATE_KEY are not set. Readings wait until they are.',
  )
}

function argumentsOf({ chain, deploymentId, env }: ServiceContext, batch: readonly ReadingRow[], signer: Signer) {
  const contract = withPrefix(chain.addresses['UsageBasedSubscriptions'] ?? env.flow.contractAddress)
  const domain = readingDomain(chain.network, contract, deploymentId)
  return signedReadings(domain, batch.map(toSignable), signer.sign)
}

const toSignable = (row: ReadingRow): SignableReading => ({
  ...row,
  models: row.models.map(({ model }) => model),
  tokens: row.models.map(({ tokens }) => BigInt(tokens)),
  eventCount: BigInt(row.eventCount),
})

/**
 * Sends planned readings in one transaction, whose id is written down first: whatever happens afterwards, it can be
 * asked for. Returns the id, or null when the chain refused to take it (the readings are planned again). Throws when
 * it is not known whether it was taken.
 */
export async function submitReadings(
  ctx: ServiceContext,
  batch: readonly ReadingRow[],
  onStep: OnStep = () => {},
): Promise<string | null> {
  const ids = batch.map(({ id }) => id)
  const signer = oracleSigner(ctx)
  const prepared = await ctx.chain.prepare('oracle/submit_readings', argumentsOf(ctx, batch, signer), signer)
  const { txId, preparedAtHeight: preparedHeight } = prepared
  const marked = await markSubmitted(ctx.db, ids, { txId, preparedHeight, submittedAt: ctx.clock() })
  if (marked.length < ids.length) {
    await replan(ctx.db, marked, 'another worker took part of the batch')
    return null
  }
  onStep('after-prepare')
  try {
    await prepared.send()
  } catch (error) {
    if (!wasNotSent(error)) throw error
    await replan(ctx.db, ids, error instanceof Error ? error.message : String(error))
    throw error
  }
  onStep('after-send')
  return txId
}

const wasNotSent = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'chain_refused' || error.details?.['outcome'] === 'not_sent')
