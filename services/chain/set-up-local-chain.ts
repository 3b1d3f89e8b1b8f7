import { contractAddresses } from '#lib/flow/addresses.ts'
import { type ChainClient, createChainClient, type Signer } from '#services/clients/flow/index.ts'
import { type ContractSettings, type Deployment, deployContracts } from './deploy-contracts.ts'
import { createLocalAccounts, type LocalAccounts, signerOf } from './local-accounts.ts'
import { setUpRoles } from './set-up-roles.ts'

/** Short waits, so that everything can be tried within minutes. */
export const LOCAL_SETTINGS: ContractSettings = {
  graceSeconds: 259_200n,
  noticeSeconds: 0n,
  settleDelaySeconds: 60n,
  minimumDeposit: '0.10000000',
}

interface LocalChainOptions {
  /** REST address of the emulator. */
  accessNode: string
  accountsFile: string
  /** The emulator's service account. */
  funder: Signer
  settings?: Partial<ContractSettings>
  /** Accounts of another chain in the file are kept, and nothing is done. */
  keepsFile?: boolean
}

interface LocalChain {
  chain: ChainClient
  contractAddress: string
  accounts: LocalAccounts
  deployment: Deployment
}

/** Makes an emulator ready: four funded accounts, the contracts in the admin's, its roles and rate. Safe to repeat. */
export async function setUpLocalChain(options: LocalChainOptions): Promise<LocalChain> {
  const { accessNode, accountsFile: file, funder, keepsFile = false } = options
  const clientFor = (contractAddress: string): ChainClient =>
    createChainClient({ network: 'emulator', accessNode, addresses: contractAddresses('emulator', contractAddress) })
  const accounts = await createLocalAccounts({ chain: clientFor(funder.address), funder, file, keepsFile })
  const { admin, oracle, provider } = accounts
  const chain = clientFor(admin.address)
  const settings = { ...LOCAL_SETTINGS, ...options.settings }
  const deployment = await deployContracts({ chain, deployer: signerOf(admin), settings })
  await setUpRoles({ chain, admin: signerOf(admin), oracle: signerOf(oracle), provider: provider.address })
  return { chain, contractAddress: admin.address, accounts, deployment }
}
