import clsx from 'clsx'
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
  /** `alert` only for what went wrong just now. */
  role?: 'status' | 'alert'
}

/** What happened, what was not changed, what to do. */
export function Notice({ tone = 'neutral', title, children, actions, role }: NoticeProps) {
  return (
    <div role={role} className={clsx('rounded-md border px-4 py-3 text-sm', TONES[tone])}>
      <p className="font-semibold">{title}</p>
      {children ? <div className="mt-1 text-text-2">{children}</div> : null}
      {actions ? <div className="mt-3 flex flex-wrap gap-2">{actions}</div> : null}
    </div>
  )
}
