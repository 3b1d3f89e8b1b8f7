'use client'

import { clsx } from 'clsx'
import { BadgeCheck, Banknote, ChartColumn, Layers, ShieldCheck, Tag } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useSession } from '#hooks/use-session.ts'

const CUSTOMER = [
  { href: '/subscriptions', label: 'Subscriptions', icon: Layers },
  { href: '/usage', label: 'Usage', icon: ChartColumn },
]
const PROVIDER = [{ href: '/revenue', label: 'Revenue', icon: Banknote }]
const PUBLIC = [
  { href: '/', label: 'Prices', icon: Tag },
  { href: '/verify', label: 'Verify', icon: BadgeCheck },
  { href: '/trust', label: 'Trust', icon: ShieldCheck },
]

type Entry = (typeof CUSTOMER)[number]

/** What the signed-in person may see: a role that they lack isn't drawn. */
function useEntries(): Entry[] {
  const { session } = useSession()
  return [...CUSTOMER, ...(session?.roles.provider ? PROVIDER : []), ...PUBLIC]
}

const isCurrent = (pathname: string, href: string): boolean =>
  href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`)

export function RailLinks() {
  const pathname = usePathname()
  return (
    <ul className="space-y-1">
      {useEntries().map(({ href, label }) => (
        <li key={href}>
          <Link
            href={href}
            aria-current={isCurrent(pathname, href) ? 'page' : undefined}
            className={clsx(
              'block rounded-md border px-3 py-1.5 text-sm',
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

export function BarLinks() {
  const pathname = usePathname()
  return (
    <ul className="flex justify-around">
      {useEntries().map(({ href, label, icon: Icon }) => (
        <li key={href} className="flex-1">
          <Link
            href={href}
            aria-current={isCurrent(pathname, href) ? 'page' : undefined}
            className={clsx(
              'flex min-h-14 flex-col items-center justify-center gap-1 text-xs',
              isCurrent(pathname, href) ? 'font-medium text-accent' : 'text-text-2',
            )}
          >
            <Icon aria-hidden="true" size={18} strokeWidth={1.5} />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  )
}
