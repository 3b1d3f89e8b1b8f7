import { requireSystem } from '#services/auth/index.ts'
import { findAccount, openAccount } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { giveWelcome } from './give-welcome.ts'

/** Somebody whose identity was proven: by a wallet, or by the identity provider. */
export interface Visitor {
  /** `flow:0x…` or `oidc:<issuer>|<sub>`. */
  readonly subject: string
  /** Where the request came from; null when nobody can say. */
  readonly networkAddress: string | null
  /** An address that the identity provider verified. A wallet has none. */
  readonly verifiedEmail: string | null
}

/** The credit account of a visitor; the first time it is opened, and its welcome is decided in the same transaction. */
export async function enterAccount(ctx: ServiceContext, visitor: Visitor) {
  requireSystem(ctx.actor)
  const { subject } = visitor
  const known = await findAccount(ctx, { subject })
  if (known) return known
  return withTransaction(ctx, async (tx) => {
    const account = await openAccount(tx, { subject })
    await giveWelcome(tx, account.id, visitor)
    return (await findAccount(tx, { subject })) ?? account
  })
}
