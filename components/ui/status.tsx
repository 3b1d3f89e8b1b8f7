import { CircleAlert, CircleCheck, CircleDashed, CirclePause, CircleX } from 'lucide-react'
import { clsx } from 'clsx'
import type { ReactNode } from 'react'

export type Tone = 'ok' | 'warn' | 'bad' | 'neutral' | 'paused'

const TONES: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  neutral: 'bg-sunken text-text-2',
  paused: 'bg-sunken text-text-2',
}

const ICONS = { ok: CircleCheck, warn: CircleAlert, bad: CircleX, neutral: CircleDashed, paused: CirclePause }

/** A status is an icon and a word: the colours alone are too close for some eyes. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = ICONS[tone]
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      <Icon aria-hidden="true" size={12} strokeWidth={2} />
      {children}
    </span>
  )
}
