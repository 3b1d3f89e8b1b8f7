import Link from 'next/link'
import type { ReactNode } from 'react'
import { AlertBell } from '#components/alerts/alert-bell.client.tsx'
import { BalanceLink } from '#components/credits/balance-link.client.tsx'
import { Logo } from '#components/ui/logo.tsx'
import { WalletMenu } from '#components/wallet/wallet-menu.client.tsx'
import { TransactionTray } from '#components/transactions/transaction-tray.client.tsx'
import { BarLinks, RailLinks } from './nav-links.client.tsx'
import { NetworkBadge } from './network-badge.client.tsx'
import { PerAccount } from './per-account.client.tsx'
import { MAIN_ID } from './skip-link.tsx'
import type { Theme } from './theme.ts'
import { ThemeSwitch } from './theme-switch.client.tsx'

/** The console: a rail of 176 px, on a phone a bar at the bottom. */
export function ConsoleShell({ theme, children }: { theme: Theme; children: ReactNode }) {
  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[176px_minmax(0,1fr)]">
      <aside className="hidden border-r border-line bg-sunken p-2 md:block">
        <div className="sticky top-4">
          <HomeLink className="px-3 pb-4" />
          <nav aria-label="Main">
            <RailLinks />
          </nav>
        </div>
      </aside>
      <div className="min-w-0 pb-20 md:pb-12">
        <header className="flex items-center justify-between gap-3 px-4 py-3 md:justify-end md:px-6">
          <HomeLink className="md:hidden" />
          <div className="flex items-center gap-1 sm:gap-2">
            <span className="hidden sm:inline">
              <NetworkBadge />
            </span>
            <PerAccount>
              <BalanceLink />
              <AlertBell />
            </PerAccount>
            <TransactionTray />
            <ThemeSwitch initial={theme} />
            <WalletMenu />
          </div>
        </header>
        <main id={MAIN_ID} className="mx-auto max-w-[1200px] px-4 pt-2 md:px-6">
          <PerAccount>{children}</PerAccount>
        </main>
      </div>
      <nav aria-label="Main" className="fixed inset-x-0 bottom-0 z-10 border-t border-line bg-surface md:hidden">
        <BarLinks />
      </nav>
    </div>
  )
}

export function HomeLink({ className }: { className?: string }) {
  return (
    <Link href="/" className={`flex items-center gap-2 text-sm font-semibold ${className ?? ''}`}>
      <Logo />
      <span className="max-[24rem]:sr-only">FlareFlow</span>
    </Link>
  )
}
