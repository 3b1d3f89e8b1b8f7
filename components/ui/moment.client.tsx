'use client'

import { showInstant } from '#lib/format/time.ts'

const MINUTE_MS = 60_000

/** An instant that lies ahead, to the minute and never too early; the exact second in the title. */
export function Moment({ at }: { at: string }) {
  const shown = new Date(Math.ceil(Date.parse(at) / MINUTE_MS) * MINUTE_MS)
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <time dateTime={at} title={`${at.replace('T', ' ').slice(0, 19)} UTC`} className="whitespace-nowrap">
      {showInstant(shown, zone)}
    </time>
  )
}
