import { clsx } from 'clsx'

const GROUNDS = ['bg-c1', 'bg-c2', 'bg-c3', 'bg-c4', 'bg-c5']

/** The colour of a group in the chart, by its rank; those after the fifth share one. */
export function Swatch({ rank }: { rank: number }) {
  return (
    <span
      aria-hidden="true"
      className={clsx('size-2 shrink-0 rounded-[1.5px] forced-color-adjust-none', GROUNDS[rank] ?? 'bg-cx')}
    />
  )
}
