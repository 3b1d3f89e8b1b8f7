import { AppError } from '#lib/errors/app-error.ts'
import { canonicalLeaf } from '#lib/metering/canonical-leaf.ts'
import { RECEIPT_KIND, RECEIPT_VERSION, type Receipt, type ReceiptState } from '#lib/receipts/receipt.ts'
import { isOfAccount } from '#lib/metering/payer.ts'
import { periodOf, previousPeriod } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { placeOf, toReceiptReading } from './place.ts'
import { proveLeaf } from './prove-leaf.ts'
import { mayRead, readableVaults } from './require-reader.ts'
import type { ReceiptList } from './schemas.ts'
import {
  findIdentity,
  findLastSettled,
  findMeterPeriod,
  type IdentityRow,
  type LeafRow,
  listByCallId,
  listLeafRows,
  type MeterPeriodRow,
  type PeriodRef,
} from './store.ts'

/** Calls with one id that are listed at most: who calls may choose it, and choose it again. */
const MOST = 20
/** From a reading's plan to its seal, at most usually. */
const SEAL_MS = 20_000

/**
 * The receipt of the call with this identity, or of every call that carries it as LiteLLM's call id. Only calls of
 * vaults that the actor may read; to everybody else they don't exist. Throws `not_found`, or `session_required`.
 */
export async function getReceipts(ctx: ServiceContext, { callId }: { callId: string }): Promise<ReceiptList> {
  const named = await findIdentity(ctx.db, ctx.deploymentId, callId)
  if (named && (await mayRead(ctx, named.vaultId))) return { receipts: [await receiptOf(ctx, named)], more: false }
  const vaultIds = await readableVaults(ctx)
  const found = await listByCallId(ctx.db, ctx.deploymentId, callId, { vaultIds, limit: MOST + 1 })
  if (found.length === 0) {
    throw new AppError('not_found', 'None of your requests has this id. Check the id and the account you use.')
  }
  const receipts: Receipt[] = []
  for (const identity of found.slice(0, MOST)) receipts.push(await receiptOf(ctx, identity))
  return { receipts, more: found.length > MOST }
}

async function receiptOf(ctx: ServiceContext, identity: IdentityRow): Promise<Receipt> {
  const { id, vaultId, period, ordinal, leafHash } = identity
  const ref: PeriodRef = { deploymentId: ctx.deploymentId, vaultId, period }
  const [row] = await listLeafRows(ctx.db, ref, ordinal, ordinal + 1)
  return {
    kind: RECEIPT_KIND,
    version: RECEIPT_VERSION,
    ...placeOf(ctx),
    vault: vaultId.toString(),
    period,
    event: { id, ordinal, leaf: row ? leafOf(row) : null, leafHash },
    settlement: await stateOf(ctx, ref, ordinal),
  }
}

/** The canonical text of a stored event; a count that the model did not report stands as 0 there. */
export const leafOf = (row: LeafRow): string =>
  canonicalLeaf({ ...row, inputTokens: row.inputTokens ?? 0n, outputTokens: row.outputTokens ?? 0n })

/** The place in the account's tree as it is now: nothing of it is settled anywhere else. */
async function creditState(ctx: ServiceContext, ref: PeriodRef, index: number): Promise<ReceiptState> {
  const period = await findMeterPeriod(ctx.db, ref)
  if (!period || index >= period.eventCount) {
    throw new AppError('internal', 'The proof of this request could not be built. Try again; if it stays, tell us.')
  }
  const { eventCount: size, root } = period
  return { state: 'credits', size, path: await proveLeaf(ctx, ref, { index, size }), root }
}

async function stateOf(ctx: ServiceContext, ref: PeriodRef, index: number): Promise<ReceiptState> {
  if (isOfAccount(ref.vaultId)) return creditState(ctx, ref, index)
  const reading = await findLastSettled(ctx.db, ref)
  if (!reading || index >= reading.eventCount) return unsettled(ctx, await findMeterPeriod(ctx.db, ref))
  const { eventCount: size, root, txId } = reading
  const path = await proveLeaf(ctx, ref, { index, size })
  return { state: 'settled', size, path, root, reading: toReceiptReading(reading), transaction: txId }
}

function unsettled({ clock, env }: ServiceContext, period: MeterPeriodRow | null): ReceiptState {
  if (period?.closedReason) return { state: 'unbilled', reason: period.closedReason }
  const isJustOver = period?.period === previousPeriod(periodOf(clock()))
  // Requests that cost nothing start no reading before their month is over: they are covered by the next one.
  if (!period || (period.tokens <= period.settledTokens && !isJustOver)) return { state: 'waiting', expectedBy: null }
  const from = Math.max(clock().getTime(), period.planAfter?.getTime() ?? 0)
  const expectedBy = new Date(from + env.oracle.settleIntervalMs + SEAL_MS).toISOString()
  return { state: 'waiting', expectedBy }
}
