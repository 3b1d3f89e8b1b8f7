'use client'

import { Bell } from 'lucide-react'
import { lazy } from 'react'
import { iconButtonClass } from '#components/ui/button.tsx'
import { PopoverButton } from '#components/ui/popover-button.client.tsx'
import { useAlerts } from '#hooks/use-alerts.ts'
import { useSession } from '#hooks/use-session.ts'

const AlertPanel = lazy(() => import('./alert-panel.client.tsx'))

/** The server counts no further. */
const MOST_COUNTED = 100

/** The bell in the header with how many alerts are unread. */
export function AlertBell() {
  const { session } = useSession()
  const { data } = useAlerts()
  if (!session) return null
  const unread = data?.unread ?? 0
  const count = unread >= MOST_COUNTED ? '99+' : String(unread)
  const face = (
    <>
      <Bell aria-hidden="true" size={16} strokeWidth={1.5} />
      {unread > 0 ? (
        <span className="rounded-full bg-accent px-1.5 text-xs font-medium text-on-accent">{count}</span>
      ) : null}
    </>
  )
  return (
    <PopoverButton
      face={face}
      aria-label={unread > 0 ? `Alerts, ${count} unread` : 'Alerts'}
      title="Alerts"
      className={iconButtonClass}
    >
      {(close) => <AlertPanel onDone={close} />}
    </PopoverButton>
  )
}
