import { contracts } from './cadence.generated.ts'

/** The chains this product runs on. The emulator's own accounts are the same on every new chain. */
export type FlowNetwork = 'emulator' | 'testnet' | 'mainnet'

/** Contract name → address of the account that holds it, `0x` and 16 hex digits. */
export type ContractAddresses = Readonly<Record<string, string>>

/** Of the project's contracts, the one that live networks have already. */
const ON_LIVE_NETWORKS = 'FCLCrypto'

/** Flow's own contracts that ours import or are called by. */
const CORE_CONTRACTS: Record<FlowNetwork, ContractAddresses> = {
  emulator: {
    Burner: '0xf8d6e0586b0a20c7',
    FlowStorageFees: '0xf8d6e0586b0a20c7',
    FlowToken: '0x0ae53cb6e3f42a79',
    FungibleToken: '0xee82856bf20e2aa6',
    FungibleTokenMetadataViews: '0xee82856bf20e2aa6',
    MetadataViews: '0xf8d6e0586b0a20c7',
    ViewResolver: '0xf8d6e0586b0a20c7',
  },
  testnet: {
    Burner: '0x9a0766d93b6608b7',
    FCLCrypto: '0x74daa6f9c7ef24b1',
    FlowStorageFees: '0x8c5303eaa26202d6',
    FlowToken: '0x7e60df042a9c0868',
    FungibleToken: '0x9a0766d93b6608b7',
    FungibleTokenMetadataViews: '0x9a0766d93b6608b7',
    MetadataViews: '0x631e88ae7f1d7c20',
    ViewResolver: '0x631e88ae7f1d7c20',
  },
  mainnet: {
    Burner: '0xf233dcee88fe0abe',
    FCLCrypto: '0xb4b82a1c9d21d284',
    FlowStorageFees: '0xe467b9dd11fa00df',
    FlowToken: '0x1654653399040a61',
    FungibleToken: '0xf233dcee88fe0abe',
    FungibleTokenMetadataViews: '0xf233dcee88fe0abe',
    MetadataViews: '0x1d7e57aa55817448',
    ViewResolver: '0x1d7e57aa55817448',
  },
}

/** The project's contracts in an order in which each comes after those it imports. All live in one account. */
export function projectContracts(network: FlowNetwork): string[] {
  return contracts.filter((name) => network === 'emulator' || name !== ON_LIVE_NETWORKS)
}

/** Where each contract is, given the account of the project's own. */
export function contractAddresses(network: FlowNetwork, contractAddress: string): ContractAddresses {
  const own = projectContracts(network)
  return { ...CORE_CONTRACTS[network], ...Object.fromEntries(own.map((name) => [name, contractAddress])) }
}

/** The full type of what a known contract declares: `UsageBasedSubscriptions.Deposited`, `FlowToken.Vault`. */
export function typeName(addresses: ContractAddresses, name: `${string}.${string}`): string {
  const contract = name.slice(0, name.indexOf('.'))
  const address = addresses[contract]
  if (address === undefined) throw new Error(`The address of the contract ${contract} is not known.`)
  return `A.${address.replace(/^0x/, '')}.${name}`
}

/** Replaces each `import "Name"` by the import from its address, which is the form that every node understands. */
export function resolveImports(code: string, addresses: ContractAddresses): string {
  return code.replaceAll(/^([ \t]*)import[ \t]+"(\w+)"/gm, (_line, indent: string, name: string) => {
    const address = addresses[name]
    if (address === undefined) throw new Error(`The address of the imported contract ${name} is not known.`)
    return `${indent}import ${name} from ${address}`
  })
}

/** `0x` and 16 lower-case hex digits, whatever form it came in. */
export function withPrefix(address: string): string {
  return `0x${address.replace(/^0x/, '').toLowerCase().padStart(16, '0')}`
}
