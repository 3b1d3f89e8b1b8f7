'use client'

import { usePathname } from 'next/navigation'
import { useEffect, useRef } from 'react'

/** After navigation inside the app the heading takes focus; a first load leaves it where the browser put it. */
export function RouteFocus() {
  const pathname = usePathname()
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    document.querySelector<HTMLElement>('main h1')?.focus()
  }, [pathname])
  return null
}
