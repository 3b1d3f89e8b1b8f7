import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ConfirmAddress } from '#components/alerts/confirm-address.client.tsx'

export const metadata: Metadata = { title: 'Confirm your mail address' }

interface ConfirmPageProps {
  searchParams: Promise<{ word?: string | string[] }>
}

export default async function ConfirmPage({ searchParams }: ConfirmPageProps) {
  const { word } = await searchParams
  if (typeof word !== 'string' || !/^[0-9a-f]{64}$/.test(word)) notFound()
  return <ConfirmAddress word={word} />
}
