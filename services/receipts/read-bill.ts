import { AppError } from '#lib/errors/app-error.ts'
import type { Period } from '#lib/period/period.ts'
import { deletedLine } from '#lib/receipts/bill-tally.ts'
import { BILL_KIND, type BillHeader, RECEIPT_VERSION } from '#lib/receipts/receipt.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { leafOf } from './get-receipts.ts'
import { placeOf, toReceiptReading } from './place.ts'
import { requireReader } from './require-reader.ts'
import { findLastSettled, type LeafRow, listLeafHashes, listLeafRows, type PeriodRef } from './store.ts'

/** Leaves that are read from the database, and sent, at a time. */
const PAGE = 1_000

/**
 * The bill of a vault's period as lines of text: what the last settled reading says, then every request that it
 * covers, in the order of the tree. Throws `not_permitted`, or `not_found` while nothing of the period is settled.
 */
export async function readBill(
  ctx: ServiceContext,
  { vaultId, period }: { vaultId: bigint; period: Period },
): Promise<AsyncIterable<string>> {
  await requireReader(ctx, vaultId)
  const ref: PeriodRef = { deploymentId: ctx.deploymentId, vaultId, period }
  const reading = await findLastSettled(ctx.db, ref)
  if (!reading) {
    throw new AppError('not_found', 'Nothing of this month is settled on Flow yet, so there is no bill to check.')
  }
  const header: BillHeader = {
    kind: BILL_KIND,
    version: RECEIPT_VERSION,
    ...placeOf(ctx),
    vault: vaultId.toString(),
    period,
    root: reading.root,
    reading: toReceiptReading(reading),
    transaction: reading.txId,
  }
  return pages(ctx, ref, header, reading.eventCount)
}

async function* pages(ctx: ServiceContext, ref: PeriodRef, header: BillHeader, size: number): AsyncGenerator<string> {
  yield `${JSON.stringify(header)}\n`
  for (let from = 0; from < size; from += PAGE) {
    const to = Math.min(from + PAGE, size)
    const rows = await listLeafRows(ctx.db, ref, from, to)
    yield rows.length === to - from
      ? rows.map((row) => `${leafOf(row)}\n`).join('')
      : await withDeleted(ctx, ref, rows, from, to)
  }
}

/** A page in which details are gone: of those requests only the hash is left. */
async function withDeleted(
  ctx: ServiceContext,
  ref: PeriodRef,
  rows: readonly LeafRow[],
  from: number,
  to: number,
): Promise<string> {
  const hashes = await listLeafHashes(ctx.db, ref, from, to)
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]))
  const lines = hashes.map((hash, i) => {
    const row = byOrdinal.get(from + i)
    return row ? leafOf(row) : deletedLine(from + i, hash)
  })
  return lines.map((line) => `${line}\n`).join('')
}
