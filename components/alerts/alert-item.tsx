import { clsx } from 'clsx'
import Link from 'next/link'
import { Status } from '#components/ui/status.tsx'
import { Time } from '#components/ui/time.client.tsx'
import type { Alert } from '#hooks/use-alerts.ts'
import { alertPage } from '#lib/alerts/alert-page.ts'
import { alertStatus } from './alert-words.ts'

/** One alert: how grave, when, what happened and what to do. Unread ones say so in a word, not by weight alone. */
export function AlertItem({ alert, onFollow = () => {} }: { alert: Alert; onFollow?: () => void }) {
  const { tone, word } = alertStatus(alert)
  const page = alertPage(alert)
  return (
    <article className={clsx('py-3', alert.readAt === null && 'font-medium')}>
      <p className="flex flex-wrap items-center gap-2 text-xs font-normal text-text-2">
        <Status tone={tone}>{word}</Status>
        {alert.readAt === null ? <span className="font-medium text-accent">Unread</span> : null}
        {alert.forOperator ? <span>for the operator</span> : null}
        <Time at={alert.createdAt} />
      </p>
      <p className="mt-1 wrap-anywhere">
        {alert.sentence}
        {page ? (
          <>
            {' '}
            <Link className="font-normal whitespace-nowrap text-accent underline" href={page} onClick={onFollow}>
              Open the subscription
            </Link>
          </>
        ) : null}
      </p>
    </article>
  )
}
