'use client'

import { useAppConfig } from '#hooks/app-config.ts'

const WORDS = { emulator: 'Local', testnet: 'Testnet', mainnet: 'Mainnet' }

/** Which Flow network this dashboard settles on. */
export function NetworkBadge() {
  const { network, contractAddress } = useAppConfig()
  return (
    <span
      title={`Flow ${network}, contracts at ${contractAddress}`}
      className="rounded-sm border border-line px-2 py-0.5 text-xs text-text-2"
    >
      <span className="sr-only">Flow network: </span>
      {WORDS[network]}
    </span>
  )
}
