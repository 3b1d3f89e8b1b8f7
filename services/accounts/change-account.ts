import { changeOwnTerms, type TermsChange } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { type RefillOrder, setAutoRefill } from '#services/refills/index.ts'

export interface AccountChange extends TermsChange {
  /** Null ends refills; absent leaves them as they are. */
  readonly autoRefill?: RefillOrder | null | undefined
}

/** Changes what the holder may change, all of it or nothing. */
export async function changeAccount(ctx: ServiceContext, { autoRefill, ...terms }: AccountChange): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    await changeOwnTerms(tx, terms)
    if (autoRefill !== undefined) await setAutoRefill(tx, autoRefill)
  })
}
