import { parseUsdPerFlow } from '#lib/money/decimal.ts'
import type { ChainClient, Signer } from '#services/clients/flow/index.ts'

/** One FLOW is one USD on a local chain: the source documents' prices read the same in both. */
const LOCAL_RATE = { usdPerFlow: '1.00000000', source: 'fixed' } as const

interface RolesOptions {
  chain: ChainClient
  admin: Signer
  oracle: Signer
  provider: string
}

/** Registers handler and provider, appoints the oracle, names the rate's source and sets the rate, where needed. */
export async function setUpRoles({ chain, admin, oracle, provider }: RolesOptions): Promise<void> {
  const [roles, providers, settings, handlers] = await Promise.all([
    chain.script('get_roles', { address: oracle.address }),
    chain.script('get_providers', {}),
    chain.script('get_settings', {}),
    chain.script('get_handlers', {}),
  ])
  if (handlers.length === 0) await chain.send('admin/register_handler', {}, admin)
  if (!roles.oracle) {
    await chain.send('admin/appoint_oracle', { address: oracle.address, publicKey: oracle.publicKey }, admin)
    await chain.send('oracle/claim_oracle', {}, oracle)
  }
  if (!providers.includes(provider)) await chain.send('admin/register_provider', { address: provider }, admin)
  const { rate, sourceInForce } = settings
  const { source } = LOCAL_RATE
  if (sourceInForce?.name !== source) await chain.send('admin/name_rate_source', { source }, admin)
  const isSet = rate?.usdPerFlow === parseUsdPerFlow(LOCAL_RATE.usdPerFlow) && rate.source === source
  if (!isSet) await chain.send('admin/set_rate', LOCAL_RATE, admin)
}
