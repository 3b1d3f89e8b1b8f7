import type { Metadata } from 'next'
import { readStorage } from '#app/_view/read-storage.ts'
import { readConfig } from '#app/_view/read-visitor.ts'
import { TrustPage } from '#components/trust/trust-page.tsx'

export const metadata: Metadata = { title: 'Trust' }

export default async function Trust() {
  const [config, storage] = await Promise.all([readConfig(), readStorage()])
  return <TrustPage config={config} storage={storage} />
}
