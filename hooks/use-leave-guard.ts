'use client'

import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'

export interface LeaveGuard {
  asking: boolean
  /** Runs it at once, or after the person confirmed. */
  leave: (go: () => void) => void
  stay: () => void
  confirm: () => void
}

interface Exits {
  /** Where the way back leads. */
  home: string
  isConfirmed: () => boolean
  leaveFor: (path: string) => void
}

/** It leads to another place of the page that is open. */
const isOnThisPage = ({ hash, pathname, search }: HTMLAnchorElement): boolean =>
  hash !== '' && pathname === location.pathname && search === location.search

/** Listens to every way out of the page until the returned function is called. */
function watchExits({ home, isConfirmed, leaveFor }: Exits): () => void {
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (!isConfirmed()) event.preventDefault()
  }
  let fragment = location.hash
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null
    if (!link || link.target === '_blank' || event.metaKey || event.ctrlKey || isConfirmed()) return
    if (isOnThisPage(link)) return
    event.preventDefault()
    event.stopPropagation()
    leaveFor(link.pathname)
  }
  const onBack = (): void => {
    if (isConfirmed()) return
    // The way to a place on this page, such as the skip link's, and back from it.
    if (location.hash !== fragment) {
      fragment = location.hash
      return
    }
    history.pushState(history.state, '', location.href)
    leaveFor(home)
  }
  const onKey = (event: KeyboardEvent): void => {
    const inLayer = event.target instanceof Element && event.target.closest('dialog, [popover]')
    if (event.key !== 'Escape' || inLayer) return
    // Or the same key press would close the question that it opens.
    event.preventDefault()
    leaveFor(home)
  }
  // One entry above this page, so that Back comes here first.
  history.pushState(history.state, '', location.href)
  window.addEventListener('beforeunload', onUnload)
  window.addEventListener('popstate', onBack)
  document.addEventListener('click', onClick, { capture: true })
  document.addEventListener('keydown', onKey)
  return () => {
    window.removeEventListener('beforeunload', onUnload)
    window.removeEventListener('popstate', onBack)
    document.removeEventListener('click', onClick, { capture: true })
    document.removeEventListener('keydown', onKey)
  }
}

/** While active, every way out of the page asks first: links, the back button, Escape, reload and closing the tab. */
export function useLeaveGuard(active: boolean, home = '/subscriptions'): LeaveGuard {
  const router = useRouter()
  const [asking, setAsking] = useState(false)
  const pending = useRef<(() => void) | null>(null)
  const confirmed = useRef(false)

  const leave = useCallback(
    (go: () => void): void => {
      if (!active || confirmed.current) return go()
      pending.current = go
      setAsking(true)
    },
    [active],
  )

  useEffect(() => {
    if (!active) return
    const leaveFor = (path: string): void => leave(() => router.push(path))
    return watchExits({ home, isConfirmed: () => confirmed.current, leaveFor })
  }, [active, home, leave, router])

  const stay = useCallback((): void => {
    pending.current = null
    setAsking(false)
  }, [])
  const confirm = useCallback((): void => {
    confirmed.current = true
    setAsking(false)
    pending.current?.()
  }, [])
  return { asking, leave, stay, confirm }
}
