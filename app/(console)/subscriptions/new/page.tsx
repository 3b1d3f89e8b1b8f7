import type { Metadata } from 'next'
import { NewSubscription } from '#components/subscriptions/new-subscription.client.tsx'

export const metadata: Metadata = { title: 'Create New' }

export default function NewSubscriptionPage() {
  return <NewSubscription />
}
