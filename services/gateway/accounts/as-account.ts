import { type ServiceContext, withActor } from '#services/platform/context.ts'
import type { AccountCaller } from '../schemas.ts'

/** The caller as the account that they ask for: verbs of credits know accounts, and no wallets. */
export const asAccount = ({ ctx, caller }: { ctx: ServiceContext; caller: AccountCaller }): ServiceContext =>
  withActor(ctx, { kind: 'account', accountId: caller.account.id, via: caller.via })
