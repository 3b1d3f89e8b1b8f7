import type { Metadata } from 'next'
import { TrustPage } from '#components/trust/trust-page.client.tsx'

export const metadata: Metadata = { title: 'Trust' }

export default function Trust() {
  return <TrustPage />
}
