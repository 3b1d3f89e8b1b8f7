'use client'

import { lazy, Suspense, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Button } from '#components/ui/button.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { type Limit, type NewLimit, useLimits } from '#hooks/use-limits.ts'
import { vaultOf } from '#lib/metering/payer.ts'
import { AddLimit } from './add-limit.client.tsx'
import { LimitRow } from './limit-row.client.tsx'

const RemoveLimit = lazy(() => import('./remove-limit.client.tsx'))

/** The limits of a subscription or of credits: what is used of them, and the ways to add, change and remove one. */
export default function LimitsSection({ account }: { account: string }) {
  const { data, error, refresh, set, setAmount, remove } = useLimits(account)
  const announce = useAnnounce()
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Limit | null>(null)
  const place = useRef<HTMLUListElement>(null)

  const add = async (limit: Omit<NewLimit, 'account'>): Promise<void> => {
    await set({ ...limit, account })
    setAdding(false)
    announce('The limit is set. It is enforced within a second.')
  }
  const drop = async ({ id }: Limit): Promise<void> => {
    await remove(id)
    // Nothing behind an open dialog takes the focus.
    flushSync(() => setLeaving(null))
    announce('The limit is removed.')
    // What had the focus is gone with its row.
    place.current?.focus()
  }
  return (
    <Section title="Limits" note="enforced within about a second; days and months are UTC">
      {error ? <StaleNotice error={error} onRetry={refresh} isEmpty={!data} /> : null}
      {!data && !error ? <Loading what="limits" className="h-24" /> : null}
      {data?.limits.length === 0 ? (
        <p className="text-text-2">
          {vaultOf(account) === null
            ? 'None: every key works as long as there are credits. You can limit single keys, users and organizations.'
            : 'None: the key works as long as there is FLOW. You can limit it, or single users of it.'}
        </p>
      ) : null}
      <ul ref={place} tabIndex={-1} aria-label="Limits" className="divide-y divide-line outline-none">
        {data?.limits.map((limit) => (
          <li key={limit.id}>
            <LimitRow
              limit={limit}
              keys={data.keys}
              onAmount={(amount) => setAmount(limit.id, amount)}
              onRemove={() => setLeaving(limit)}
            />
          </li>
        ))}
      </ul>
      {data && !adding ? (
        <Button className="mt-4" onClick={() => setAdding(true)}>
          Add a limit
        </Button>
      ) : null}
      {data && adding ? <AddLimit keys={data.keys} onAdd={add} onCancel={() => setAdding(false)} /> : null}
      {data && leaving ? (
        <Suspense fallback={null}>
          <RemoveLimit
            limit={leaving}
            keys={data.keys}
            onRemove={() => drop(leaving)}
            onClose={() => setLeaving(null)}
          />
        </Suspense>
      ) : null}
    </Section>
  )
}
