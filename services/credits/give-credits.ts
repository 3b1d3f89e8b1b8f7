import type { Usd } from '#lib/money/units.ts'
import { requireAdmin } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { grantCredits } from './grant-credits.ts'

/** What an admin does to an account's books, with the reason that its customer reads too. */
export interface AdminEntry {
  readonly accountId: string
  readonly amount: Usd
  readonly reason: string
  /** The admin's own id of the request: a second click books nothing. */
  readonly requestKey: string
}

/** Gives an account credits, by the admin. */
export async function giveCredits(
  ctx: ServiceContext,
  { accountId, amount, reason, requestKey, expiresAt }: AdminEntry & { readonly expiresAt: Date | null },
): Promise<{ id: string; isNew: boolean }> {
  const by = await requireAdmin(ctx)
  const system = withActor(ctx, { kind: 'system', job: 'admin' })
  const grantId = `admin:${requestKey}`
  const { isNew } = await grantCredits(system, { grantId, accountId, amount, expiresAt, facts: { reason, by } })
  return { id: `grant:${grantId}`, isNew }
}
