import { z } from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { signedReadings } from '#lib/settlement/reading-message.ts'
import type { ChainClient, Signer } from '#services/clients/flow/index.ts'

/** The chain that is measured, with vaults that can be settled. */
export interface Bench {
  readonly chain: ChainClient
  readonly adminUrl: string
  readonly customer: Signer
  readonly provider: string
  readonly oracle: Signer
  readonly domain: string
  readonly period: number
  readonly vaults: Array<{ readonly id: bigint; sequence: bigint; automatic: boolean }>
}

/** What one transaction took. */
export interface Settled {
  readonly computation: number
  /** Exact decimal FLOW. */
  readonly fee: string
  readonly milliseconds: number
}

/** What a transaction would have taken too much of. */
export interface Overflow {
  readonly limit: 'computation' | 'bytes of events'
}

export interface Measured {
  readonly size: number
  /** How many of the vaults had no reading yet. */
  readonly firstSize: number
  readonly first: Settled | Overflow
  readonly further: Settled | Overflow
  /** Further readings of vaults that pay their provider at once; null after the first size that is too large. */
  paid: Settled | Overflow | null
}

const MODELS = ['gpt-4o', 'claude-3-5-sonnet', 'llama-3-70b', 'text-embedding-3-small']

const reportSchema = z.object({ transactions: z.record(z.string(), z.object({ computation: z.number() })) })
const feeSchema = z.object({ amount: z.string() })

/** Settles a reading of four models for each vault in one transaction. */
export async function settleBatch(bench: Bench, vaults: Bench['vaults']): Promise<Settled | Overflow> {
  for (const vault of vaults) vault.sequence += 1n
  const args = signedReadings(bench.domain, vaults.map(toReading(bench.period)), bench.oracle.sign)
  const started = performance.now()
  try {
    const { txId, events } = await bench.chain.send('oracle/submit_readings', args, bench.oracle)
    const milliseconds = Math.round(performance.now() - started)
    if (subscriptionEventsNamed('ReadingSettled', events).length !== vaults.length)
      throw new Error('Not every reading of the batch settled: the measurement says nothing.')
    const fee = events.find(({ type }) => type.endsWith('.FlowFees.FeesDeducted'))
    return { computation: await computationOf(bench, txId), fee: feeSchema.parse(fee?.data).amount, milliseconds }
  } catch (error) {
    const overflow = overflowOf(error)
    if (overflow === null) throw error
    return overflow
  }
}

const toReading =
  (period: number) =>
  ({ id, sequence }: Bench['vaults'][number]) => ({
    vaultId: id,
    period,
    sequence,
    models: MODELS,
    tokens: MODELS.map((_, index) => sequence * 100n + BigInt(index)),
    eventCount: sequence * 10n,
    root: sequence.toString(16).padStart(64, '0'),
  })

function overflowOf(error: unknown): Overflow | null {
  if (!(error instanceof AppError)) return null
  if (/event byte size \(\d+\) exceeds/.test(error.internal)) return { limit: 'bytes of events' }
  return /computation exceeds limit/.test(error.internal) ? { limit: 'computation' } : null
}

async function computationOf({ adminUrl }: Bench, txId: string): Promise<number> {
  const response = await fetch(`${adminUrl}/emulator/computationReport`)
  const { transactions } = reportSchema.parse(await response.json())
  const found = transactions[txId]
  if (found === undefined) throw new Error(`The emulator reports no computation for ${txId}.`)
  return found.computation
}
