import { clsx } from 'clsx'
import type { ReactNode } from 'react'

export type NoticeTone = 'neutral' | 'ok' | 'warn' | 'bad'

const TONES: Record<NoticeTone, string> = {
  neutral: 'border-line bg-sunken',
  ok: 'border-ok/40 bg-ok-soft',
  warn: 'border-warn/40 bg-warn-soft',
  bad: 'border-bad/40 bg-bad-soft',
}

interface NoticeProps {
  tone?: NoticeTone
  title: string
  children?: ReactNode
  actions?: ReactNode
  /** Said by screen readers as it appears; assertive only for what went wrong just now. */
  live?: 'polite' | 'assertive'
}

/** What happened, what was not changed, what to do. */
export function Notice({ tone = 'neutral', title, children, actions, live }: NoticeProps) {
  const look = clsx('block rounded-md border px-4 py-3 text-sm', TONES[tone])
  const content = (
    <>
      <p className="font-semibold">{title}</p>
      {children ? <div className="mt-1 text-text-2">{children}</div> : null}
      {actions ? <div className="mt-3 flex flex-wrap gap-2">{actions}</div> : null}
    </>
  )
  if (live === 'polite') return <output className={look}>{content}</output>
  return (
    <div role={live === 'assertive' ? 'alert' : undefined} className={look}>
      {content}
    </div>
  )
}
