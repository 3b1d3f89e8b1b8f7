'use client'

import { showAddress, showHash } from '#lib/format/address.ts'
import { CopyButton } from './copy-button.client.tsx'

/** A Flow address, shortened, with the whole of it in the title and on the clipboard. */
export function Address({ value }: { value: string }) {
  return (
    <span className="inline-flex items-center gap-1 font-mono whitespace-nowrap" title={value}>
      {showAddress(value)}
      <CopyButton iconOnly value={value} label="Copy address" />
    </span>
  )
}

/** A transaction's id, shortened; on a public network it leads to the explorer. */
export function TransactionId({ value, network }: { value: string; network: string }) {
  const host = network === 'mainnet' ? 'www.flowscan.io' : network === 'testnet' ? 'testnet.flowscan.io' : null
  return (
    <span className="inline-flex items-center gap-1 font-mono whitespace-nowrap" title={value}>
      {host ? (
        <a className="text-accent underline" href={`https://${host}/tx/${value}`} rel="noreferrer" target="_blank">
          {showHash(value)}
        </a>
      ) : (
        <span data-transaction={value}>{showHash(value)}</span>
      )}
      <CopyButton iconOnly value={value} label="Copy transaction id" />
    </span>
  )
}
