import { AppError } from '#lib/errors/app-error.ts'
import type { Usd } from '#lib/money/units.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { insertTransfers } from './books-store.ts'
import type { Facts } from './schemas.ts'
import { findTransfer, type NewTransfer, type TransferRow } from './store.ts'

export interface Booking {
  /** Made by the caller from what is booked, such as `stripe:<payment intent>`: booking it again does nothing. */
  readonly id: string
  readonly accountId: string
  readonly debit: string
  readonly credit: string
  readonly amount: Usd
  readonly kind: TransferRow['kind']
  /** The month that it counts to; the running one if absent. */
  readonly period?: Period
  readonly facts: Facts
}

/** True if the transfer is new; false if the very same was booked before. Another one under its id is an error. */
export async function bookTransfer(tx: ServiceContext, booking: Booking): Promise<boolean> {
  const createdAt = tx.clock()
  const row: NewTransfer = { ...booking, period: booking.period ?? periodOf(createdAt), createdAt }
  if ((await insertTransfers(tx.db, [row])).has(booking.id)) return true
  const before = await findTransfer(tx.db, booking.id)
  const same =
    before?.accountId === booking.accountId &&
    before.amount === booking.amount &&
    before.debit === booking.debit &&
    before.credit === booking.credit
  if (same) return false
  throw new AppError('idempotency_conflict', 'Something else was booked under this id before. Use another id.', {
    internal: `transfer ${booking.id} differs from the one that is booked`,
  })
}
