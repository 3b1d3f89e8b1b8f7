'use client'

import type { AppConfig } from './api-types.ts'
import { callApi } from './api.ts'

export type Fcl = typeof import('@onflow/fcl')

/** Above what any transaction of ours needs; the network's own limit. */
export const COMPUTE_LIMIT = 9999

let loading: Promise<Fcl> | undefined

/** Without a project id FCL logs an error on every wallet call; a strategy under that name answers instead. */
const noWalletConnect = {
  name: 'no-walletconnect',
  f_type: 'ServicePlugin',
  f_vsn: '1.0.0',
  type: 'discovery-service',
  services: [],
  serviceStrategy: {
    method: 'WC/RPC',
    exec: () => Promise.reject(new Error('WalletConnect is not configured.')),
  },
}

const DISCOVERY = 'https://fcl-discovery.onflow.org'

function discovery(config: AppConfig): Record<string, unknown> {
  if (config.network === 'emulator') {
    return { 'discovery.wallet': `${location.origin}/dev-wallet/authn`, 'discovery.wallet.method': 'IFRAME/RPC' }
  }
  const path = config.network === 'testnet' ? '/testnet/authn' : '/authn'
  return {
    'discovery.wallet': config.walletDiscovery ?? `${DISCOVERY}${path}`,
    'discovery.authn.endpoint': `${DISCOVERY}/api${path}`,
    ...(config.walletConnectProjectId ? { 'walletconnect.projectId': config.walletConnectProjectId } : {}),
  }
}

/** FCL adds the app's identifier itself: this page's origin. */
async function issueNonce(): Promise<{ nonce: string }> {
  const { nonce } = await callApi<{ nonce: string }>('/api/auth/nonce', 'POST', {})
  return { nonce }
}

async function load(config: AppConfig): Promise<Fcl> {
  const fcl = await import('@onflow/fcl')
  if (!config.walletConnectProjectId) fcl.pluginRegistry.add(noWalletConnect)
  fcl.config({
    'accessNode.api': config.accessNode,
    'flow.network': config.network === 'emulator' ? 'local' : config.network,
    'fcl.limit': COMPUTE_LIMIT,
    'app.detail.title': 'FlareFlow',
    'app.detail.icon': `${location.origin}/icon.svg`,
    'app.detail.url': location.origin,
    'fcl.accountProof.resolver': issueNonce,
    ...discovery(config),
  })
  return fcl
}

/** FCL, fetched and configured on first use. */
export function loadFcl(config: AppConfig): Promise<Fcl> {
  loading ??= load(config).catch((cause: unknown) => {
    loading = undefined
    throw cause
  })
  return loading
}
