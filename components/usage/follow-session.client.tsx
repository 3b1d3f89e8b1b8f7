'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useSession } from '#hooks/use-session.ts'

/** Has the server draw the page again when somebody else is signed in than it was drawn for. */
export function FollowSession({ address }: { address: string | null }) {
  const { session } = useSession()
  const router = useRouter()
  const now = session === undefined ? address : (session?.address ?? null)
  useEffect(() => {
    if (now !== address) router.refresh()
  }, [now, address, router])
  return null
}
