import type { Metadata } from 'next'
import { readCreditTerms } from '#app/_view/read-credit-terms.ts'
import { CreditsPage } from '#components/credits/credits-page.client.tsx'

export const metadata: Metadata = { title: 'Credits' }

export default async function CreditsRoute() {
  const { tiers } = await readCreditTerms()
  return <CreditsPage tiers={tiers} />
}
