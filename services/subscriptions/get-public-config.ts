import { formatFlow, formatUsdPerFlow } from '#lib/money/decimal.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { PublicConfig } from './schemas.ts'

const DISCOVERY = {
  emulator: '/dev-wallet/authn',
  testnet: 'https://fcl-discovery.onflow.org/testnet/authn',
  mainnet: 'https://fcl-discovery.onflow.org/authn',
} as const

/** What anybody's browser may know of this installation, field by field: nothing is copied from the environment whole. */
export async function getPublicConfig(ctx: ServiceContext): Promise<PublicConfig> {
  const { flow, litellm, oracle } = ctx.env
  const settings = await ctx.chain.script('get_settings', {})
  return {
    network: flow.network,
    accessNode: flow.accessNode,
    contractAddress: flow.contractAddress,
    addresses: { ...ctx.chain.addresses },
    defaultProvider: flow.defaultProvider,
    litellmUrl: litellm.url,
    walletDiscovery: DISCOVERY[flow.network],
    walletConnectProjectId: flow.walletConnectProjectId,
    deploymentId: ctx.deploymentId,
    rate: {
      usdPerFlow: formatUsdPerFlow(settings.usdPerFlow),
      source: settings.rateSource,
      updatedAt: settings.rateSetAt.toISOString(),
    },
    minimumDeposit: formatFlow(settings.minimumDeposit),
    settleIntervalMs: oracle.settleIntervalMs,
  }
}
