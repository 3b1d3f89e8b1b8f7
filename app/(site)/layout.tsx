import type { ReactNode } from 'react'
import { readVisitor } from '#app/_view/read-visitor.ts'
import { AppProviders } from '#components/providers/app-providers.client.tsx'
import { SiteShell } from '#components/shell/site-shell.tsx'

export default async function SiteLayout({ children }: { children: ReactNode }) {
  const { config, session, theme } = await readVisitor()
  return (
    <AppProviders config={config} session={session}>
      <SiteShell theme={theme}>{children}</SiteShell>
    </AppProviders>
  )
}
