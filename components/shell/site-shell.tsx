import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonClass } from '#components/ui/button.tsx'
import { WalletMenu } from '#components/wallet/wallet-menu.client.tsx'
import { HomeLink } from './console-shell.tsx'
import { MAIN_ID } from './skip-link.tsx'
import type { Theme } from './theme.ts'
import { ThemeSwitch } from './theme-switch.client.tsx'

/** The public pages: no rail, one way into the console. */
export function SiteShell({ theme, children }: { theme: Theme; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-[1200px] px-4 md:px-6">
      <header className="flex items-center justify-between gap-3 py-3">
        <HomeLink />
        <div className="flex items-center gap-1 sm:gap-3">
          <Link href="/verify" className="hidden text-sm text-text-2 hover:text-text sm:inline">
            Verify
          </Link>
          <Link href="/trust" className="hidden text-sm text-text-2 hover:text-text sm:inline">
            Trust
          </Link>
          <Link href="/docs/api" className="hidden text-sm text-text-2 hover:text-text sm:inline">
            API
          </Link>
          <ThemeSwitch initial={theme} />
          <span className="hidden sm:inline">
            <Link href="/subscriptions" className={buttonClass()}>
              Open console
            </Link>
          </span>
          <WalletMenu />
        </div>
      </header>
      <main id={MAIN_ID} className="pt-6 pb-16 md:pt-12">
        {children}
      </main>
      <footer className="flex flex-wrap gap-x-6 gap-y-2 border-t border-line py-6 text-xs text-text-2">
        <span>Prepaid in FLOW, metered by LiteLLM, settled on chain.</span>
        <Link className="underline" href="/trust">
          What is proven, and by whom
        </Link>
        <Link className="underline" href="/verify">
          Check a receipt
        </Link>
        <Link className="underline" href="/subscriptions">
          Open console
        </Link>
      </footer>
    </div>
  )
}
