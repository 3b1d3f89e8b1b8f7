import Link from 'next/link'

/** Where a page below the list is. */
export function Trail({ name }: { name?: string }) {
  return (
    <nav aria-label="Breadcrumb">
      <Link className="hover:text-text hover:underline" href="/subscriptions">
        Subscriptions
      </Link>
      {name ? (
        <>
          <span aria-hidden="true"> / </span>
          <span className="text-text">{name}</span>
        </>
      ) : null}
    </nav>
  )
}
