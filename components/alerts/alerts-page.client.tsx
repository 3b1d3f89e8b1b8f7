'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { useAlertPages } from '#hooks/use-alert-pages.ts'
import { useReadAlerts } from '#hooks/use-alerts.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useSession } from '#hooks/use-session.ts'
import { AlertItem } from './alert-item.tsx'
import { Channels } from './channels.client.tsx'

/** Everything that somebody was told, and where else they are told. */
export function AlertsPage() {
  const { session } = useSession()
  if (session) return <Alerts />
  return (
    <>
      <PageHeader title="Alerts" />
      <SignInPrompt what="your alerts" />
    </>
  )
}

function Alerts() {
  const { alerts, error, hasMore, isLoadingMore, more, refresh } = useAlertPages()
  const read = useReadAlerts()
  const announce = useAnnounce()
  const [fault, setFault] = useState<string | null>(null)

  const readAll = async (): Promise<void> => {
    try {
      await read()
      await refresh()
      setFault(null)
      announce('All alerts are marked as read')
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : 'Nothing was changed. Try again.')
    }
  }
  const hasUnread = alerts?.some(({ readAt }) => readAt === null) ?? false
  return (
    <>
      <PageHeader title="Alerts" actions={hasUnread ? <Button onClick={readAll}>Mark all as read</Button> : null} />
      {fault ? <Notice tone="bad" live="assertive" title={fault} /> : null}
      {error ? <StaleNotice error={error} onRetry={() => void refresh()} isEmpty={!alerts} /> : null}
      {!alerts && !error ? <Loading what="alerts" className="h-64" /> : null}
      {alerts?.length === 0 ? (
        <Notice title="Nothing to tell.">
          Reached limits, unusual usage and balances that run low show up here. Limits are set on the page of a
          subscription.
        </Notice>
      ) : null}
      <ul className="divide-y divide-line">
        {alerts?.map((alert) => (
          <li key={alert.id}>
            <AlertItem alert={alert} />
          </li>
        ))}
      </ul>
      {hasMore ? (
        <Button className="mt-4" aria-disabled={isLoadingMore} onClick={more}>
          Show older alerts
        </Button>
      ) : null}
      <Section title="Channels" note="Where you are told beside the console">
        <Channels />
      </Section>
    </>
  )
}
