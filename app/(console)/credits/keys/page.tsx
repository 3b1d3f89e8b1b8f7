import type { Metadata } from 'next'
import { AccountKeysPage } from '#components/account-keys/account-keys-page.client.tsx'

export const metadata: Metadata = { title: 'API keys' }

export default function AccountKeysRoute() {
  return <AccountKeysPage />
}
