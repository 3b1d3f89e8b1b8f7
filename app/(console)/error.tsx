'use client'

import { PageFailure } from '#components/shell/page-failure.client.tsx'

/** A page of the console failed; the rail and the header stay. */
export default function ConsoleErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <PageFailure digest={error.digest} onRetry={reset} />
}
