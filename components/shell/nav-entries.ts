import {
  BadgeCheck,
  Banknote,
  BookOpen,
  ChartColumn,
  Coins,
  KeyRound,
  Layers,
  type LucideIcon,
  MessageSquare,
  ShieldCheck,
  Tag,
  Users,
} from 'lucide-react'
import type { Session } from '#hooks/api-types.ts'

export interface NavEntry {
  readonly href: string
  readonly label: string
  readonly icon: LucideIcon
}

const CUSTOMER: readonly NavEntry[] = [
  { href: '/subscriptions', label: 'Subscriptions', icon: Layers },
  { href: '/credits', label: 'Credits', icon: Coins },
  { href: '/playground', label: 'Playground', icon: MessageSquare },
  { href: '/usage', label: 'Usage', icon: ChartColumn },
  { href: '/byok', label: 'Own keys', icon: KeyRound },
]
const PROVIDER: readonly NavEntry[] = [{ href: '/revenue', label: 'Revenue', icon: Banknote }]
const ADMIN: readonly NavEntry[] = [{ href: '/admin/credits', label: 'Accounts', icon: Users }]
const PUBLIC: readonly NavEntry[] = [
  { href: '/', label: 'Prices', icon: Tag },
  { href: '/docs/api', label: 'API', icon: BookOpen },
  { href: '/verify', label: 'Verify', icon: BadgeCheck },
  { href: '/trust', label: 'Trust', icon: ShieldCheck },
]

/** How many a phone's bar has room for, beside the rest. */
const IN_BAR = 4

/** What somebody may see: a role that they lack isn't drawn. */
export const navEntries = (roles: Session['roles'] = null): NavEntry[] => [
  ...CUSTOMER,
  ...(roles?.provider ? PROVIDER : []),
  ...(roles?.admin ? ADMIN : []),
  ...PUBLIC,
]

/** The entries of a phone's bar, and those behind "More". Who is a provider or an admin came for their own page. */
export function barEntries(roles: Session['roles'] = null): { bar: NavEntry[]; more: NavEntry[] } {
  const all = navEntries(roles)
  const own = all.filter((entry) => PROVIDER.includes(entry) || ADMIN.includes(entry))
  const bar = [...all.slice(0, IN_BAR - own.length), ...own]
  return { bar, more: all.filter((entry) => !bar.includes(entry)) }
}

export const isCurrent = (pathname: string, href: string): boolean =>
  href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`)
