import { contractAddresses, type FlowNetwork } from '#lib/flow/addresses.ts'
import { createChainClient, createSigner } from '#services/clients/flow/index.ts'
import { type ContractSettings, type Deployment, deployContracts } from './deploy-contracts.ts'

/** On a live network: what is fixed at the first deployment, in whole seconds, and in FLOW. */
export const LIVE_SETTINGS: ContractSettings = {
  graceSeconds: 259_200n,
  noticeSeconds: 864_000n,
  settleDelaySeconds: 86_400n,
  minimumDeposit: '1.00000000',
}

interface LiveDeployment {
  network: Exclude<FlowNetwork, 'emulator'>
  accessNode: string
  /** The account that the contracts live in, with its key. */
  address: string
  privateKey: string
  keyIndex: number
}

/** Deploys or updates the contracts on testnet or mainnet. Roles and rate are the admin's to set afterwards. */
export function deployLive({
  network,
  accessNode,
  address,
  privateKey,
  keyIndex,
}: LiveDeployment): Promise<Deployment> {
  const chain = createChainClient({ network, accessNode, addresses: contractAddresses(network, address) })
  const deployer = createSigner({ address, privateKey, keyIndex })
  return deployContracts({ chain, deployer, settings: LIVE_SETTINGS })
}
