import type { ReactNode } from 'react'

interface SettingRowProps {
  id: string
  title: string
  /** What it does, and when. */
  explain: ReactNode
  /** How it is now. */
  now: ReactNode
  children: ReactNode
}

/** One thing that somebody decides: what it means, how it is, and how to change it. */
export function SettingRow({ id, title, explain, now, children }: SettingRowProps) {
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-10 gap-y-4 border-t border-line py-6 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"
    >
      <div>
        <h2 id={id} className="text-lg font-semibold">
          {title}
        </h2>
        <div className="mt-1 space-y-2 text-sm text-text-2">{explain}</div>
      </div>
      <div className="min-w-0 space-y-4">
        <div data-now={id} className="text-sm font-medium">
          {now}
        </div>
        {children}
      </div>
    </section>
  )
}
