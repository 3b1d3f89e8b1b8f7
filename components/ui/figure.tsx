import { clsx } from 'clsx'
import type { ReactNode } from 'react'

interface FigureProps {
  label: string
  value: ReactNode
  /** Exact value, rate and age: shown on hover, read on focus by `title`. */
  title?: string | undefined
  note?: ReactNode
  id?: string
}

/** One figure of a strip; its box keeps its width while the digits change. */
export function Figure({ label, value, title, note, id }: FigureProps) {
  return (
    <div className="min-w-36 flex-1 py-1">
      <dt className="text-xs text-text-2">{label}</dt>
      <dd className="mt-0.5 font-semibold whitespace-nowrap" title={title} data-figure={id}>
        {value}
      </dd>
      {note ? <dd className="mt-0.5 text-xs text-text-2">{note}</dd> : null}
    </div>
  )
}

/** `compact` is for tiles: figures the size of a heading. */
export function Figures({ children, compact = false }: { children: ReactNode; compact?: boolean }) {
  return <dl className={clsx('flex flex-wrap gap-y-3', compact ? 'gap-x-4 text-lg' : 'gap-x-8 text-xl')}>{children}</dl>
}
