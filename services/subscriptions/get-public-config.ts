import { AppError } from '#lib/errors/app-error.ts'
import type { ScriptResult } from '#lib/flow/script-results.ts'
import { formatFlow, formatUsd, formatUsdPerFlow } from '#lib/money/decimal.ts'
import type { Usd } from '#lib/money/units.ts'
import type { ChainClient } from '#services/clients/flow/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { whenChainIsAway } from '#services/platform/when-chain-is-away.ts'
import { getKeyFloor } from '#services/vault-guard/index.ts'
import type { PublicConfig } from './schemas.ts'

const DISCOVERY = {
  emulator: '/dev-wallet/authn',
  testnet: 'https://fcl-discovery.onflow.org/testnet/authn',
  mainnet: 'https://fcl-discovery.onflow.org/authn',
} as const

interface ChainTerms extends ScriptResult<'get_settings'> {
  readonly keyFloor: Usd
}

/** What each chain said last: pages that send it nothing are there while it is away. */
const lastTerms = new WeakMap<ChainClient, ChainTerms>()

async function askTerms(ctx: ServiceContext): Promise<ChainTerms> {
  const [settings, keyFloor] = await Promise.all([ctx.chain.script('get_settings', {}), getKeyFloor(ctx)])
  const terms = { ...settings, keyFloor }
  lastTerms.set(ctx.chain, terms)
  return terms
}

async function readTerms(ctx: ServiceContext): Promise<ChainTerms> {
  const last = lastTerms.get(ctx.chain)
  return last ? whenChainIsAway(askTerms(ctx), last) : askTerms(ctx)
}

/** What any browser may know of this installation, field by field: the environment is never copied whole. */
export async function getPublicConfig(ctx: ServiceContext): Promise<PublicConfig> {
  const { app, flow, oracle } = ctx.env
  const { rate, minimumDeposit, settleDelaySeconds, keyFloor } = await readTerms(ctx)
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
