import type { Metadata } from 'next'
import { RevenueView } from '#components/revenue/revenue-view.client.tsx'

export const metadata: Metadata = { title: 'Revenue' }

export default function RevenuePage() {
  return <RevenueView />
}
