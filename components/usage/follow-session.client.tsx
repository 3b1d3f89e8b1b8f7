'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { Loading } from '#components/ui/skeleton.tsx'
import { useSession } from '#hooks/use-session.ts'

interface FollowSessionProps {
  /** Whom the server drew the page for. */
  address: string | null
  children: ReactNode
}

/** Has the server draw the page again when somebody else is signed in than it was drawn for; meanwhile it is hidden. */
export function FollowSession({ address, children }: FollowSessionProps) {
  const { session } = useSession()
  const router = useRouter()
  const now = session === undefined ? address : (session?.address ?? null)
  useEffect(() => {
    if (now !== address) router.refresh()
  }, [now, address, router])
  return address !== null && now !== address ? <Loading what="usage" className="h-96" /> : children
}
