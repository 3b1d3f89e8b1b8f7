import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { vaultParams } from '#app/_http/params.ts'
import { VaultPage } from '#components/subscriptions/vault-page.client.tsx'

export const metadata: Metadata = { title: 'Subscription' }

export default async function SubscriptionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  if (!vaultParams.safeParse({ id }).success) notFound()
  return <VaultPage vaultId={id} />
}
