import type { Metadata } from 'next'
import { readCreditTerms } from '#app/_view/read-credit-terms.ts'
import { PlaygroundPage } from '#components/playground/playground-page.client.tsx'

export const metadata: Metadata = { title: 'Playground' }

export default async function PlaygroundRoute() {
  const { powers } = await readCreditTerms()
  return <PlaygroundPage powers={powers} />
}
