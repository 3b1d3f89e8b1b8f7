'use client'

import { clsx } from 'clsx'
import { Menu } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { PopoverButton } from '#components/ui/popover-button.client.tsx'
import { useSession } from '#hooks/use-session.ts'
import { barEntries, isCurrent, type NavEntry, navEntries } from './nav-entries.ts'

interface NavListProps {
  entries: readonly NavEntry[]
  onFollow?: () => void
}

function NavList({ entries, onFollow = () => {} }: NavListProps) {
  const pathname = usePathname()
  return (
    <ul className="space-y-1">
      {entries.map(({ href, label }) => (
        <li key={href}>
          <Link
            href={href}
            onClick={onFollow}
            aria-current={isCurrent(pathname, href) ? 'page' : undefined}
            className={clsx(
              'flex min-h-8 items-center rounded-md border px-3 text-sm pointer-coarse:min-h-11',
              isCurrent(pathname, href)
                ? 'border-line bg-surface font-medium text-text'
                : 'border-transparent text-text-2 hover:text-text',
            )}
          >
            {label}
          </Link>
        </li>
      ))}
    </ul>
  )
}

export function RailLinks() {
  const { session } = useSession()
  return <NavList entries={navEntries(session?.roles)} />
}

const BAR_ITEM = 'flex min-h-14 w-full flex-col items-center justify-center gap-1 text-xs'

/** A phone's bar: four entries, and the rest behind "More". Each is as wide as its word: one needs over a fifth. */
export function BarLinks() {
  const pathname = usePathname()
  const { session } = useSession()
  const { bar, more } = barEntries(session?.roles)
  const isInMore = more.some(({ href }) => isCurrent(pathname, href))
  const face = (
    <>
      <Menu aria-hidden="true" size={18} strokeWidth={1.5} />
      More
    </>
  )
  return (
    <ul className="flex px-2">
      {bar.map(({ href, label, icon: Icon }) => (
        <li key={href} className="flex-auto">
          <Link
            href={href}
            aria-current={isCurrent(pathname, href) ? 'page' : undefined}
            className={clsx(BAR_ITEM, isCurrent(pathname, href) ? 'font-medium text-accent' : 'text-text-2')}
          >
            <Icon aria-hidden="true" size={18} strokeWidth={1.5} />
            {label}
          </Link>
        </li>
      ))}
      <li className="flex-auto">
        <PopoverButton
          face={face}
          place="bar"
          className={clsx(BAR_ITEM, isInMore ? 'font-medium text-accent' : 'text-text-2')}
        >
          {(close) => <NavList entries={more} onFollow={close} />}
        </PopoverButton>
      </li>
    </ul>
  )
}
