import type { Metadata } from 'next'
import { AlertsPage } from '#components/alerts/alerts-page.client.tsx'

export const metadata: Metadata = { title: 'Alerts' }

export default function AlertsConsolePage() {
  return <AlertsPage />
}
