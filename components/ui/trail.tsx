import Link from 'next/link'
import { Fragment } from 'react'

export interface TrailStep {
  text: string
  /** The page that it leads to; none for where one is. */
  href?: string
}

/** Where a page is: the pages above it, then itself. */
export function Trail({ steps }: { steps: readonly TrailStep[] }) {
  return (
    <nav aria-label="Breadcrumb">
      {steps.map(({ text, href }, index) => (
        <Fragment key={text}>
          {index > 0 ? <span aria-hidden="true"> / </span> : null}
          {href ? (
            <Link className="hover:text-text hover:underline" href={href}>
              {text}
            </Link>
          ) : (
            <span className="text-text">{text}</span>
          )}
        </Fragment>
      ))}
    </nav>
  )
}
