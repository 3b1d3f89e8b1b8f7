'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { useAlerts, useReadAlerts } from '#hooks/use-alerts.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { AlertItem } from './alert-item.tsx'

const SHOWN = 5

/** The newest alerts under the bell. */
export default function AlertPanel({ onDone }: { onDone: () => void }) {
  const { data, error } = useAlerts()
  const read = useReadAlerts()
  const announce = useAnnounce()
  const [fault, setFault] = useState<string | null>(null)

  const readAll = async (): Promise<void> => {
    try {
      await read()
      setFault(null)
      announce('All alerts are marked as read')
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : 'Nothing was changed. Try again.')
    }
  }
  const problem = fault ?? (data ? null : (error?.message ?? null))
  return (
    <>
      <h2 className="font-semibold">Alerts</h2>
      {problem ? (
        <p role="alert" className="mt-2 text-bad">
          {problem}
        </p>
      ) : null}
      {!data && !error ? <Loading what="alerts" className="mt-2 h-24" /> : null}
      {data?.alerts.length === 0 ? (
        <p className="mt-2 text-text-2">Nothing to tell. Limits, unusual usage and low balances show up here.</p>
      ) : null}
      <ul className="mt-1 max-h-[60vh] divide-y divide-line overflow-y-auto">
        {data?.alerts.slice(0, SHOWN).map((alert) => (
          <li key={alert.id}>
            <AlertItem alert={alert} onFollow={onDone} />
          </li>
        ))}
      </ul>
      <div className="mt-3 flex flex-wrap gap-2">
        <Link className={buttonClass()} href="/alerts" onClick={onDone}>
          All alerts and channels
        </Link>
        {data && data.unread > 0 ? (
          <Button kind="quiet" onClick={readAll}>
            Mark all as read
          </Button>
        ) : null}
      </div>
    </>
  )
}
