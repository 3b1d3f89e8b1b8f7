import { type AccessNode, NodeRefusal } from './access-node.ts'
import { account, type ChainAccount } from './rest-shapes.ts'

/** An account with its keys and, unless only `keys` are asked for, its contracts' code; null when there is none. */
export async function readAccount(
  node: AccessNode,
  address: string,
  expand: 'keys' | 'keys,contracts' = 'keys,contracts',
): Promise<ChainAccount | null> {
  try {
    return await node.get(`accounts/${address.replace(/^0x/, '')}?expand=${expand}`, account)
  } catch (error) {
    if (error instanceof NodeRefusal && isAbsent(error)) return null
    throw error
  }
}

/** An address that no account of this network can have is answered with a 400. */
const isAbsent = ({ nodeStatus, nodeMessage }: NodeRefusal): boolean =>
  nodeStatus === 404 || nodeMessage.includes('is invalid for chain')
