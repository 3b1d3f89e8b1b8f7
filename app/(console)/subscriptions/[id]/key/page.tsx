import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { vaultParams } from '#app/_http/params.ts'
import { FinishKey } from '#components/keys/finish-key.client.tsx'

export const metadata: Metadata = { title: 'Key' }

export default async function KeyPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  if (!vaultParams.safeParse({ id }).success) notFound()
  return <FinishKey vaultId={id} />
}
