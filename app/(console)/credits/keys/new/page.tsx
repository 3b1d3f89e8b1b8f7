import type { Metadata } from 'next'
import { NewKeyPage } from '#components/account-keys/new-key-page.client.tsx'

export const metadata: Metadata = { title: 'New key' }

export default function NewKeyRoute() {
  return <NewKeyPage />
}
