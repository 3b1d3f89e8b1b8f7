import Link from 'next/link'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import type { ApiError } from '#hooks/api.ts'
import { Trail } from './trail.tsx'

/**
 * There is no such subscription, or it is somebody else's: given away in another tab, for example. Figures that were
 * shown before say nothing then.
 */
export const isGone = (error: ApiError | undefined): boolean => error?.status === 403 || error?.status === 404

export function MissingVault({ onRetry }: { onRetry: () => void }) {
  return (
    <>
      <PageHeader title="No such subscription" trail={<Trail />} />
      <NotYours onRetry={onRetry} />
    </>
  )
}

/** Below the heading of a page that is there already. */
export function NotYours({ onRetry }: { onRetry: () => void }) {
  return (
    <>
      <p className="mb-4 text-text-2">It isn’t one of yours, or not any more, or the number in the address is wrong.</p>
      <div className="flex flex-wrap gap-2">
        <Link className={buttonClass()} href="/subscriptions">
          Your subscriptions
        </Link>
        <Button kind="quiet" onClick={onRetry}>
          Look again
        </Button>
      </div>
    </>
  )
}
