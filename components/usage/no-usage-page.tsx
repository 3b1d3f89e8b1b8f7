import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'

/** Instead of usage, for who has none to see. */
export function NoUsagePage({ why }: { why: 'signed-out' | 'nothing-yet' | 'not-yours' }) {
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
        <Notice
          title="This account isn’t one of yours."
          actions={
            <Link className={buttonClass()} href="/usage">
              All of your usage
            </Link>
          }
        >
          Its name may be wrong, it may belong to another wallet than yours, or nothing was ever paid from it.
        </Notice>
      ) : null}
    </>
  )
}
