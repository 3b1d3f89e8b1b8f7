import { Trail as Steps } from '#components/ui/trail.tsx'

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
  const isAbove = page !== undefined && vaultId !== undefined
  const steps = [
    { text: 'Subscriptions', href: '/subscriptions' },
    ...(name ? [isAbove ? { text: name, href: `/subscriptions/${vaultId}` } : { text: name }] : []),
    ...(page ? [{ text: page }] : []),
  ]
  return <Steps steps={steps} />
}
