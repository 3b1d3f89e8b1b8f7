import type { ReactNode } from 'react'
import { Logo } from '#components/ui/logo.tsx'

/** The card of the wallet over the dimmed page: always says which wallet this is. */
export function WalletFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main id="main" data-wallet-frame className="flex min-h-dvh items-center justify-center p-4">
      <section
        aria-labelledby="wallet-title"
        className="w-full max-w-sm rounded-lg border border-line bg-surface p-6 text-text shadow-popover"
      >
        <p className="flex items-center gap-2 text-xs text-text-2">
          <Logo size={14} />
          Development wallet, local network only
        </p>
        <h1 id="wallet-title" tabIndex={-1} className="mt-3 text-lg font-semibold outline-none">
          {title}
        </h1>
        {children}
      </section>
    </main>
  )
}
