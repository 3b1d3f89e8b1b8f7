'use client'

import { lazy, Suspense } from 'react'

const LimitsSection = lazy(() => import('./limits-section.client.tsx'))

/** The limits of a subscription or of credits; their code comes after the page's first figures. */
export function LazyLimits({ account }: { account: string }) {
  return (
    <Suspense fallback={null}>
      <LimitsSection account={account} />
    </Suspense>
  )
}
