import type { ReactNode } from 'react'

interface PageHeaderProps {
  title: ReactNode
  /** What stands above the heading: where this page is. */
  trail?: ReactNode
  /** Beside the heading. */
  status?: ReactNode
  actions?: ReactNode
}

/** The heading takes focus after navigation, so it can be focused but isn't in the tab order. */
export function PageHeader({ title, trail, status, actions }: PageHeaderProps) {
  return (
    <div className="mb-6">
      {trail ? <div className="mb-3 text-sm text-text-2">{trail}</div> : null}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 items-center gap-3">
          <h1 tabIndex={-1} className="min-w-0 text-xl font-semibold wrap-anywhere outline-none">
            {title}
          </h1>
          {status}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
    </div>
  )
}

export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="mt-8 border-t border-line pt-6">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-2">
        <h2 className="text-lg font-semibold">{title}</h2>
        {note ? <p className="text-xs text-text-2">{note}</p> : null}
      </div>
      {children}
    </section>
  )
}
