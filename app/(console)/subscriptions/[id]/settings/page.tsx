import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { vaultParams } from '#app/_http/params.ts'
import { SettingsPage } from '#components/controls/settings-page.client.tsx'

export const metadata: Metadata = { title: 'Settings' }

export default async function SubscriptionSettingsPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  if (!vaultParams.safeParse({ id }).success) notFound()
  return <SettingsPage vaultId={id} />
}
