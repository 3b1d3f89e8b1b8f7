import { walletOf } from '#lib/accounts/wallet-of.ts'
import { type NewAlert, OPERATOR, raiseAlerts } from '#services/alerts/index.ts'
import { findAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { pauseOrder } from './store.ts'

interface Pause {
  readonly accountId: string
  /** A clause: "the card was declined". */
  readonly reason: string
  /** An order that its holder set up later stays. */
  readonly since: Date
}

/**
 * Pauses an account's order and tells its holder, who would learn it by refused requests otherwise. One transaction,
 * the caller's if there is one; repeating it does nothing.
 */
export function pauseRefill(ctx: ServiceContext, { accountId, reason, since }: Pause): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    const now = tx.clock()
    if (!(await pauseOrder(tx.db, accountId, { reason, since, now }))) return
    const account = await findAccount(tx, { id: accountId })
    const dedupe = `refill_paused:${accountId}:${now.toISOString()}`
    await raiseAlerts(tx, [{ ...noticeOf(accountId, account?.subject ?? '', reason), dedupe }])
  })
}

/** Alerts are a wallet's: of an account that has none, whoever runs the installation is told. */
function noticeOf(accountId: string, subject: string, reason: string): Omit<NewAlert, 'dedupe'> {
  const wallet = walletOf(subject)
  const what = { kind: 'refill_paused', severity: 'warning', account: `credits:${accountId}` } as const
  const data = { accountId, reason }
  if (wallet !== null) {
    const todo = 'Nothing is bought until you set it up again under Credits.'
    return { ...what, to: wallet, sentence: `Auto-refill is paused: ${reason}. ${todo}`, data }
  }
  const sentence = `Auto-refill of the credit account ${accountId} is paused: ${reason}. Its holder has no alerts here.`
  return { ...what, to: OPERATOR, sentence, data }
}
