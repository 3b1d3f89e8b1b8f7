'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import useSWR from 'swr'
import { Trail } from '#components/subscriptions/trail.tsx'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.client.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { getJson } from '#hooks/api.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { useLeaveGuard } from '#hooks/use-leave-guard.ts'
import { DownloadEnv } from './download-env.client.tsx'
import { curlCommand, pickModel } from './key-snippets.ts'
import { ReplacedNotice, useSavedKey } from './saved-key.client.tsx'
import { TestRequest } from './test-request.client.tsx'

interface KeyStepProps {
  vaultId: string
  name: string
  secret: string
}

/** The one time that a key is shown. Leaving before it was copied asks. */
export default function KeyStep({ vaultId, name, secret }: KeyStepProps) {
  const { gatewayUrl } = useAppConfig()
  const router = useRouter()
  const { state, save } = useSavedKey(vaultId, secret)
  const saved = state !== 'shown'
  const guard = useLeaveGuard(!saved)
  const { data } = useSWR<{ models: string[] }>('/api/models', getJson, { revalidateOnFocus: false })
  const model = pickModel(data?.models ?? [])
  const heading = useRef<HTMLDivElement>(null)
  useEffect(() => heading.current?.querySelector('h1')?.focus(), [])

  const done = `/subscriptions/${vaultId}`
  return (
    <div ref={heading}>
      <PageHeader title="Copy your key now" trail={<Trail name={name} />} />
      <div className="max-w-3xl">
        <p className="text-base text-text-2">We keep only a fingerprint, so nobody can show it again, not even us.</p>
        <p
          className="mt-4 rounded-md border border-line-strong bg-surface p-4 font-mono text-base wrap-anywhere"
          data-secret
        >
          {secret}
        </p>
        {state === 'replaced' ? (
          <div className="mt-4">
            <ReplacedNotice vaultId={vaultId} />
          </div>
        ) : null}
        <div className="mt-4 flex flex-wrap gap-2">
          <CopyButton kind="primary" value={secret} label="Copy key" onCopied={save} />
          <DownloadEnv gatewayUrl={gatewayUrl} secret={secret} name={name} onSaved={save} />
        </div>
        <Section title="Try it">
          <p className="mb-2 text-sm text-text-2">
            This command is ready to run. Any OpenAI package works too, with base URL{' '}
            <span className="font-mono text-xs">{gatewayUrl}</span>
          </p>
          <pre
            className="whitespace-pre-wrap wrap-anywhere rounded-md border border-line bg-sunken p-4 font-mono text-xs"
            data-curl
          >
            {curlCommand(gatewayUrl, secret, model)}
          </pre>
          <TestRequest secret={secret} model={model}>
            <CopyButton value={curlCommand(gatewayUrl, secret, model)} label="Copy command" onCopied={save} />
          </TestRequest>
        </Section>
        <div className="mt-8 border-t border-line pt-6">
          <Button kind={saved ? 'primary' : 'secondary'} onClick={() => guard.leave(() => router.push(done))}>
            Open the subscription
          </Button>
        </div>
      </div>
      <Modal
        open={guard.asking}
        title="The key was not copied."
        onClose={guard.stay}
        actions={
          <>
            <Button onClick={guard.stay}>Go back</Button>
            <Button kind="danger" onClick={guard.confirm}>
              Leave without copying
            </Button>
          </>
        }
      >
        If you leave, this key can’t be shown again. You can make another in its place.
      </Modal>
    </div>
  )
}
