'use client'

import { Fragment, type ReactNode, useState } from 'react'
import { useSession } from '#hooks/use-session.ts'

/**
 * Begins its children anew when another account signs in, so that nothing of the former one stays: neither figures
 * that wait to be replaced nor what is half done. A session that ended, and the same account again, leave all as it is.
 */
export function PerAccount({ children }: { children: ReactNode }) {
  const { session } = useSession()
  const address = session?.address
  const [seen, setSeen] = useState({ address, turn: 0 })
  if (address !== undefined && address !== seen.address) {
    setSeen({ address, turn: seen.address === undefined ? seen.turn : seen.turn + 1 })
  }
  return <Fragment key={seen.turn}>{children}</Fragment>
}
