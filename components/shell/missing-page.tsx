import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'

/** What stands at an address where nothing is. */
export function MissingPage() {
  return (
    <>
      <title>Nothing here · FlareFlow</title>
      <PageHeader title="There is nothing at this address" />
      <p className="mb-4 text-text-2">The page was moved, or the address has a typing error.</p>
      <Link className={buttonClass('primary')} href="/subscriptions">
        Open your subscriptions
      </Link>
    </>
  )
}
