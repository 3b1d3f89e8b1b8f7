import { clsx } from 'clsx'

/** A grey box of the final height; appears only when loading takes longer than 200 ms. */
function Skeleton({ className }: { className: string }) {
  return <div aria-hidden="true" className={clsx('skeleton rounded-md bg-sunken', className)} />
}

export function Loading({ what, className }: { what: string; className: string }) {
  return (
    <div>
      <output className="sr-only">Loading {what}</output>
      <Skeleton className={className} />
    </div>
  )
}
