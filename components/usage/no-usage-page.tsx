import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'

export type WhyNoUsage = 'signed-out' | 'nothing-yet' | 'not-yours' | 'not-admin' | 'too-much'

/** Instead of usage, for who has none to see. */
export function NoUsagePage({ why }: { why: WhyNoUsage }) {
  return (
    <>
      <PageHeader title="Usage" />
      {why === 'signed-out' ? <SignInPrompt what="your usage" /> : null}
      {why === 'nothing-yet' ? (
        <Notice
          title="Nothing used yet."
          actions={
            <>
              <Link className={buttonClass('primary')} href="/subscriptions/new">
                Create a subscription
              </Link>
              <Link className={buttonClass()} href="/credits">
                Use credits
              </Link>
            </>
          }
        >
          What you use with a subscription’s API key, or with credits, is shown here by day, model, user and feature.
        </Notice>
      ) : null}
      {why === 'not-yours' ? (
        <Notice title="This account isn’t one of yours." actions={<AllOfYours />}>
          Its name may be wrong, it may belong to another wallet than yours, or nothing was ever paid from it.
        </Notice>
      ) : null}
      {why === 'not-admin' ? (
        <Notice title="Everyone’s usage is the admin’s to see." actions={<AllOfYours />}>
          Admin is who holds the admin resource on chain. Switch to that account to see it.
        </Notice>
      ) : null}
      {why === 'too-much' ? (
        <Notice title="This is too much usage for one page." actions={<AllOfYours />}>
          Choose one account, or take the reports of a shorter time as files.
        </Notice>
      ) : null}
    </>
  )
}

function AllOfYours() {
  return (
    <Link className={buttonClass()} href="/usage">
      All of your usage
    </Link>
  )
}
