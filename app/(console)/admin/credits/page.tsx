import type { Metadata } from 'next'
import { AdminCreditsPage } from '#components/admin/admin-credits-page.client.tsx'

export const metadata: Metadata = { title: 'Accounts' }

export default function AdminCreditsRoute() {
  return <AdminCreditsPage />
}
