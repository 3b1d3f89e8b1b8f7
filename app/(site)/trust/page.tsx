import type { Metadata } from 'next'
import { readConfig } from '#app/_view/read-visitor.ts'
import { TrustPage } from '#components/trust/trust-page.tsx'

export const metadata: Metadata = { title: 'Trust' }

export default async function Trust() {
  return <TrustPage {...await readConfig()} />
}
