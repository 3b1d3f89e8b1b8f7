import Link from 'next/link'
import { Fragment } from 'react'

interface TrailProps {
  /** The subscription's name. */
  name?: string
  /** Its number, when the page is below the subscription's own. */
  vaultId?: string
  /** The page below it. */
  page?: string
}

/** Where a page below the list is. */
export function Trail({ name, vaultId, page }: TrailProps) {
  const below = [
    name ? page && vaultId ? <Step key="name" href={`/subscriptions/${vaultId}`} text={name} /> : name : null,
    page ?? null,
  ].filter((step) => step !== null)
  return (
    <nav aria-label="Breadcrumb">
      <Step href="/subscriptions" text="Subscriptions" />
      {below.map((step) => (
        <Fragment key={typeof step === 'string' ? step : step.key}>
          <span aria-hidden="true"> / </span>
          {typeof step === 'string' ? <span className="text-text">{step}</span> : step}
        </Fragment>
      ))}
    </nav>
  )
}

const Step = ({ href, text }: { href: string; text: string }) => (
  <Link className="hover:text-text hover:underline" href={href}>
    {text}
  </Link>
)
