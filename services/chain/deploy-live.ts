import { AppError } from '#lib/errors/app-error.ts'
import { contractAddresses, type FlowNetwork } from '#lib/flow/addresses.ts'
import { createChainClient, createSigner } from '#services/clients/flow/index.ts'
import { type ContractSettings, type Deployment, deployContracts } from './deploy-contracts.ts'

/**
 * On a live network: what is fixed at the first deployment, in whole seconds, and in FLOW. The grace is the notice and
 * four days: what ends at once, an oracle or the rate's source, is made good after the notice, once somebody saw it.
 */
export const LIVE_SETTINGS: ContractSettings = {
  graceSeconds: 1_209_600n,
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
  settings?: ContractSettings
}

/** Deploys or updates the contracts on testnet or mainnet. Roles and rate are the admin's to set afterwards. */
export async function deployLive(options: LiveDeployment): Promise<Deployment> {
  const { network, accessNode, address, privateKey, keyIndex, settings = LIVE_SETTINGS } = options
  refuseShortGrace(settings)
  const chain = createChainClient({ network, accessNode, addresses: contractAddresses(network, address) })
  const deployer = createSigner({ address, privateKey, keyIndex })
  return deployContracts({ chain, deployer, settings })
}

function refuseShortGrace({ graceSeconds, noticeSeconds }: ContractSettings): void {
  if (graceSeconds >= noticeSeconds) return
  throw new AppError(
    'config_invalid',
    `The grace time of ${graceSeconds} s is below the notice time of ${noticeSeconds} s: a month that ends without an ` +
      'oracle or a rate would close before there is another. Make it at least as long. Nothing was deployed.',
  )
}
