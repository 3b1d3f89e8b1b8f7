'use client'

import { Fragment, type ReactNode, useState } from 'react'
import { useSession } from '#hooks/use-session.ts'

/** Gives each account a page of its own: nothing typed or shown under one is there for the next. */
export function AccountScope({ children }: { children: ReactNode }) {
  const { session } = useSession()
  const [scope, setScope] = useState({ address: session?.address, number: 0 })
  if (session && session.address !== scope.address) {
    setScope({ address: session.address, number: scope.address ? scope.number + 1 : scope.number })
  }
  return <Fragment key={scope.number}>{children}</Fragment>
}
