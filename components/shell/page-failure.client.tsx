'use client'

import { useRouter } from 'next/navigation'
import { startTransition } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'

/** The reference finds the failure in the server's log; what went wrong there is not for the page. */
export function PageFailure({ digest, onRetry }: { digest: string | undefined; onRetry: () => void }) {
  const router = useRouter()
  const retry = (): void =>
    startTransition(() => {
      router.refresh()
      onRetry()
    })
  return (
    <>
      <PageHeader title="This page can’t be shown right now" />
      <Notice
        tone="warn"
        live="assertive"
        title="A part behind it doesn’t answer."
        actions={<Button onClick={retry}>Try again</Button>}
      >
        Nothing was changed; your vaults and keys are as they were. {digest ? `Reference ${digest}.` : null}
      </Notice>
    </>
  )
}
