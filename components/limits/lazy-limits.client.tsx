'use client'

import { lazy, Suspense } from 'react'

const LimitsSection = lazy(() => import('./limits-section.client.tsx'))

/** The limits of a subscription; their code comes after the page's first figures. */
export function LazyLimits({ vaultId }: { vaultId: string }) {
  return (
    <Suspense fallback={null}>
      <LimitsSection vaultId={vaultId} />
    </Suspense>
  )
}
