import { contractAddresses } from '#lib/flow/addresses.ts'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import {
  type ChainClient,
  createChainClient,
  createSigner,
  generateFlowKey,
  type Signer,
} from '#services/clients/flow/index.ts'
import { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from '#services/local/emulator/index.ts'
import type { SharedChain } from './shared-chain.ts'
import { useChain } from './stack.ts'
import type { Wallet } from './web-browser.ts'

/** The run's shared chain with accounts and vaults of a test's own. */
export interface ChainWorld extends SharedChain {
  chain: ChainClient
  /** A new account with FLOW in it. */
  newWallet(flow?: string): Promise<Wallet>
  /** A new vault of the owner, paid by the owner. */
  openVault(owner: Wallet, more?: { provider?: string; deposit?: string; serviceName?: string }): Promise<bigint>
}

export const signerOf = (wallet: Wallet): Signer => createSigner(wallet)

/** The run's shared chain, or one of the test's own. */
export async function openChainWorld(own?: SharedChain): Promise<ChainWorld> {
  const shared = own ?? (await useChain())
  const { accessNode, contractAddress, accounts } = shared
  const addresses = contractAddresses('emulator', contractAddress)
  const chain = createChainClient({ network: 'emulator', accessNode, addresses })
  const service = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })

  async function newWallet(flow = '100.0'): Promise<Wallet> {
    const { privateKey, publicKey } = generateFlowKey()
    const { events } = await chain.send('account/create_account', { publicKey, amount: flow }, service)
    const created = events.find(({ type }) => type === 'flow.AccountCreated')?.data as { address: string }
    return { address: created.address, privateKey, keyIndex: 0 }
  }

  async function openVault(owner: Wallet, more: { provider?: string; deposit?: string; serviceName?: string } = {}) {
    const { provider = accounts.provider.address, deposit = '10.0', serviceName = 'chat' } = more
    const { events } = await chain.send(
      'owner/create_subscription',
      { provider, serviceName, deposit },
      signerOf(owner),
    )
    const [opened] = subscriptionEventsNamed('VaultOpened', events)
    if (!opened) throw new Error('No VaultOpened event.')
    return opened.id
  }

  return { ...shared, chain, newWallet, openVault }
}
