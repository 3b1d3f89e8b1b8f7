import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { readDevAccounts } from '#app/_view/read-dev-accounts.ts'
import { DevWallet } from '#components/dev-wallet/dev-wallet.client.tsx'
import { isWalletService } from '#components/dev-wallet/services.ts'

export const metadata: Metadata = { title: 'Development wallet', robots: { index: false } }

/** The wallet of the local network, in a frame of the dashboard. Anywhere else there is no such page. */
export default async function DevWalletPage({ params }: { params: Promise<{ service: string }> }) {
  const { service } = await params
  const accounts = await readDevAccounts()
  if (!isWalletService(service) || !accounts) notFound()
  return <DevWallet service={service} accounts={accounts} />
}
