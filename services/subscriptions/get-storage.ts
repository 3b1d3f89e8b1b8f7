import type { ServiceContext } from '#services/platform/context.ts'
import type { StorageView } from './schemas.ts'

/** With room for fewer vaults than this an operator should add FLOW. */
const LOW = 100n

/** How full the contracts' account is, and for how many more vaults it has room. */
export async function getStorage(ctx: ServiceContext): Promise<StorageView> {
  const { contractAddress } = ctx.env.flow
  const { used, capacity, nextVault, hasRoom } = await ctx.chain.script('get_storage', { address: contractAddress })
  const room = hasRoom && nextVault > 0n ? (capacity - used) / nextVault : 0n
  return {
    address: contractAddress,
    usedBytes: used.toString(),
    capacityBytes: capacity.toString(),
    roomForVaults: room.toString(),
    state: !hasRoom ? 'full' : room < LOW ? 'low' : 'ok',
  }
}
