import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { callParams } from '#app/_http/params.ts'
import { VerifyView } from '#components/verify/verify-view.client.tsx'
import { NODE_COOKIE, parseNodeAddress } from '#lib/receipts/node-address.ts'

export const metadata: Metadata = { title: 'Verify' }

interface VerifyProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function Verify({ searchParams }: VerifyProps) {
  const call = callParams.safeParse({ callId: (await searchParams)['call'] })
  const kept = (await cookies()).get(NODE_COOKIE)?.value
  return <VerifyView call={call.success ? call.data.callId : null} ownNode={kept ? parseNodeAddress(kept) : null} />
}
