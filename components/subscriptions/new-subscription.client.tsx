'use client'

import { lazy, Suspense, useState } from 'react'
import { Loading } from '#components/ui/skeleton.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { useSession } from '#hooks/use-session.ts'
import { SubscriptionForm } from './subscription-form.client.tsx'
import { Trail } from './trail.tsx'

const KeyStep = lazy(() => import('#components/keys/key-step.client.tsx'))

interface Finished {
  vaultId: string
  serviceName: string
  secret: string
}

/** Two steps on one page: the order, then the key that is shown once. */
export function NewSubscription() {
  const { session } = useSession()
  const [finished, setFinished] = useState<Finished | null>(null)
  if (finished) {
    return (
      <Suspense fallback={<Loading what="the key" className="h-96" />}>
        <KeyStep vaultId={finished.vaultId} name={finished.serviceName} secret={finished.secret} />
      </Suspense>
    )
  }
  return (
    <>
      <PageHeader title="Create New" trail={<Trail />} />
      {session ? (
        <SubscriptionForm owner={session.address} onFinished={setFinished} />
      ) : (
        <SignInPrompt what="the form for a new subscription" />
      )}
    </>
  )
}
