import type { Metadata } from 'next'
import { readUsage, type Search } from '#app/_view/read-usage.ts'
import { FollowSession } from '#components/usage/follow-session.client.tsx'
import { NoUsagePage } from '#components/usage/no-usage-page.tsx'
import { UsagePage } from '#components/usage/usage-page.tsx'

export const metadata: Metadata = { title: 'Usage' }

export default async function UsageRoute({ searchParams }: { searchParams: Promise<Search> }) {
  const usage = await readUsage(await searchParams)
  return (
    <FollowSession address={usage.address}>
      {'page' in usage ? <UsagePage {...usage.page} /> : <NoUsagePage why={usage.why} />}
    </FollowSession>
  )
}
