import type { ReactNode } from 'react'
import { readVisitor } from '#app/_view/read-visitor.ts'
import { AppProviders } from '#components/providers/app-providers.client.tsx'
import { ConsoleShell } from '#components/shell/console-shell.tsx'
import { SessionGuard } from '#components/wallet/session-guard.client.tsx'

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { config, session, theme } = await readVisitor()
  return (
    <AppProviders config={config} session={session}>
      <SessionGuard>
        <ConsoleShell theme={theme}>{children}</ConsoleShell>
      </SessionGuard>
    </AppProviders>
  )
}
