import { clsx } from 'clsx'
import type { Tone } from './status.tsx'

const FULL = 100
const TONES: Record<Tone, string> = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  neutral: 'text-text-3',
  paused: 'text-text-3',
}

/** How much is used, drawn; what it shows stands in words beside it. The marks are at 50 and 80%. */
export function Meter({ percent, tone }: { percent: number; tone: Tone }) {
  const width = Math.min(FULL, percent)
  return (
    <div aria-hidden="true" className="relative mt-2 h-2 overflow-hidden rounded-full border border-line bg-sunken">
      <svg className="block size-full" preserveAspectRatio="none" viewBox="0 0 100 1">
        <rect className={clsx('fill-current', TONES[tone])} width={width} height="1" />
      </svg>
      <span className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
      <span className="absolute inset-y-0 left-4/5 w-px bg-line-strong" />
    </div>
  )
}
