import { vaultRoom } from '#lib/flow/vault-room.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { StorageView } from './schemas.ts'

/** With room for fewer vaults than this an operator should add FLOW. */
const LOW = 100n

/** How full the contracts' account is, and for how many more vaults it has room. */
export async function getStorage(ctx: ServiceContext): Promise<StorageView> {
  const { contractAddress } = ctx.env.flow
  const storage = await ctx.chain.script('get_storage', { address: contractAddress })
  const room = vaultRoom(storage)
  return {
    address: contractAddress,
    usedBytes: storage.used.toString(),
    capacityBytes: storage.capacity.toString(),
    roomForVaults: room.toString(),
    state: !storage.hasRoom ? 'full' : room < LOW ? 'low' : 'ok',
  }
}
