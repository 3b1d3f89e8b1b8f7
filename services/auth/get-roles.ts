import type { ServiceContext } from '#services/platform/context.ts'
import type { Roles } from './schemas.ts'

/** What an address may do, as the chain knows it now: never kept, so a removed role ends at once. */
export const getRoles = (ctx: ServiceContext, address: string): Promise<Roles> =>
  ctx.chain.script('get_roles', { address })
