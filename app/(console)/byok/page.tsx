import type { Metadata } from 'next'
import { ByokPage } from '#components/byok/byok-page.client.tsx'

export const metadata: Metadata = { title: 'Own keys' }

export default function ByokRoute() {
  return <ByokPage />
}
