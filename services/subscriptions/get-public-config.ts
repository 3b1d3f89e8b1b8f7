import { AppError } from '#lib/errors/app-error.ts'
import { formatFlow, formatUsd, formatUsdPerFlow } from '#lib/money/decimal.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getKeyFloor } from '#services/vault-guard/index.ts'
import type { PublicConfig } from './schemas.ts'

const DISCOVERY = {
  emulator: '/dev-wallet/authn',
  testnet: 'https://fcl-discovery.onflow.org/testnet/authn',
  mainnet: 'https://fcl-discovery.onflow.org/authn',
} as const

/** What any browser may know of this installation, field by field: the environment is never copied whole. */
export async function getPublicConfig(ctx: ServiceContext): Promise<PublicConfig> {
  const { app, flow, oracle } = ctx.env
  const [{ rate, minimumDeposit, settleDelaySeconds }, keyFloor] = await Promise.all([
    ctx.chain.script('get_settings', {}),
    getKeyFloor(ctx),
  ])
  if (rate === null) {
    throw new AppError(
      'chain_refused',
      'The contracts have no rate of FLOW in USD yet. The admin sets it before anything is priced.',
    )
  }
  return {
    network: flow.network,
    accessNode: flow.accessNode,
    contractAddress: flow.contractAddress,
    addresses: { ...ctx.chain.addresses },
    defaultProvider: flow.defaultProvider,
    gatewayUrl: `${app.url}/api/v1/llm`,
    walletDiscovery: DISCOVERY[flow.network],
    walletConnectProjectId: flow.walletConnectProjectId,
    deploymentId: ctx.deploymentId,
    rate: {
      usdPerFlow: formatUsdPerFlow(rate.usdPerFlow),
      source: rate.source,
      updatedAt: rate.setAt.toISOString(),
    },
    minimumDeposit: formatFlow(minimumDeposit),
    keyFloorUsd: formatUsd(keyFloor),
    settleIntervalMs: oracle.settleIntervalMs,
    settleDelaySeconds,
  }
}
