'use client'

import { showTime } from '#lib/format/time.ts'
import { useNow } from '#hooks/use-now.ts'

/** An instant: relative under a day, else local; its UTC form in the title. Only for client-rendered data. */
export function Time({ at }: { at: string }) {
  const instant = new Date(at)
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <time dateTime={instant.toISOString()} title={`${instant.toISOString().replace('T', ' ').slice(0, 19)} UTC`}>
      {showTime(instant, useNow(), zone)}
    </time>
  )
}
