'use client'

import { type PointerEvent, useState } from 'react'

const FILLS = ['fill-c1', 'fill-c2', 'fill-c3', 'fill-c4', 'fill-c5']
const HEIGHT = 160
const DAY = 12

interface ChartCursorProps {
  /** Each day in words. */
  days: readonly string[]
  /** The bars of each series as path data, computed on the server, in units of 12 a day and 160 in height. */
  bars: readonly string[]
}

/**
 * The bars, and a cursor that walks the days by pointer, touch or arrow keys and says what each has. What is inside the
 * picture is drawn here: a server component's elements may be streamed one by one, which inside a picture takes inline
 * styles that the page's policy refuses.
 */
export function ChartCursor({ days, bars }: ChartCursorProps) {
  const [at, setAt] = useState<number | null>(null)
  const last = days.length - 1
  const width = days.length * DAY
  const onPointerMove = ({ clientX, currentTarget }: PointerEvent): void => {
    const box = currentTarget.getBoundingClientRect()
    setAt(Math.min(Math.max(Math.floor(((clientX - box.left) * days.length) / box.width), 0), last))
  }
  return (
    <>
      <p className="min-h-10 text-sm text-text-2" data-chart-day>
        {at === null ? 'Point at a day, or walk the days with the arrow keys.' : days[at]}
      </p>
      <div
        className="relative rounded-sm focus-within:outline-2 focus-within:outline-offset-4 focus-within:outline-focus"
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(null)}
      >
        <svg
          aria-hidden="true"
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-40 w-full border-b border-line-strong"
        >
          {[0, HEIGHT / 2].map((y) => (
            <line key={y} x2={width} y1={y} y2={y} className="stroke-line" vectorEffect="non-scaling-stroke" />
          ))}
          {bars.map((path, rank) => (
            <path key={rank} d={path} className={FILLS[rank] ?? 'fill-cx'} />
          ))}
          {at === null ? null : <rect x={at * DAY} width={DAY} height={HEIGHT} className="fill-text opacity-10" />}
        </svg>
        <input
          type="range"
          aria-label="Day"
          aria-valuetext={days[at ?? last]}
          min={0}
          max={last}
          value={at ?? last}
          onChange={({ target }) => setAt(target.valueAsNumber)}
          className="absolute inset-0 m-0 size-full cursor-crosshair touch-pan-y opacity-0"
        />
      </div>
    </>
  )
}
