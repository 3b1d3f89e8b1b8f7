import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { LiveRegions } from '#components/shell/live-regions.tsx'
import { RouteFocus } from '#components/shell/route-focus.client.tsx'
import { SkipLink } from '#components/shell/skip-link.tsx'
import { parseTheme, THEME_COOKIE } from '#components/shell/theme.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'FlareFlow', template: '%s · FlareFlow' },
  description: 'LLM API keys billed by what they use: metered by LiteLLM, settled in FLOW on chain.',
}

export const viewport: Viewport = { colorScheme: 'light dark' }

/** The document. The theme comes from the cookie, so that the first paint has the right one. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <body>
        <SkipLink />
        <LiveRegions />
        <RouteFocus />
        {children}
      </body>
    </html>
  )
}
