import type { Metadata } from 'next'
import { SubscriptionsView } from '#components/subscriptions/subscriptions-view.client.tsx'

export const metadata: Metadata = { title: 'Subscriptions' }

export default function SubscriptionsPage() {
  return <SubscriptionsView />
}
