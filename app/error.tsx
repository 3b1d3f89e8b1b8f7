'use client'

import { MAIN_ID } from '#components/shell/skip-link.tsx'
import { PageFailure } from '#components/shell/page-failure.client.tsx'

/** What a page shows when it can't be drawn at all: the database, Flow or the page itself failed. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main id={MAIN_ID} className="mx-auto max-w-2xl p-6">
      <PageFailure digest={error.digest} onRetry={reset} />
    </main>
  )
}
