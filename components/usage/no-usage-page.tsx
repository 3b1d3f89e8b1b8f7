import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'

/** Instead of usage, for who has none to see. */
export function NoUsagePage({ why }: { why: 'signed-out' | 'no-subscription' | 'not-yours' }) {
  return (
    <>
      <PageHeader title="Usage" />
      {why === 'signed-out' ? <SignInPrompt what="your usage" /> : null}
      {why === 'no-subscription' ? (
        <Notice
          title="No subscription yet."
          actions={
            <Link className={buttonClass('primary')} href="/subscriptions/new">
              Create a subscription
            </Link>
          }
        >
          What you use with its API key is shown here by day, model, user and feature.
        </Notice>
      ) : null}
      {why === 'not-yours' ? (
        <Notice
          title="This subscription isn’t one of yours."
          actions={
            <Link className={buttonClass()} href="/usage">
              All of your usage
            </Link>
          }
        >
          Its number may be wrong, or it belongs to another account than the one that is connected.
        </Notice>
      ) : null}
    </>
  )
}
