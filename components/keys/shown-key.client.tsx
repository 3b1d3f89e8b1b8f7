'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.client.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { useAppConfig } from '#hooks/app-config.ts'
import { useLeaveGuard } from '#hooks/use-leave-guard.ts'
import { DownloadEnv } from './download-env.client.tsx'
import { curlCommand } from './key-snippets.ts'
import { TestRequest } from './test-request.client.tsx'

interface ShownKeyProps {
  trail: ReactNode
  name: string
  secret: string
  model: string
  saved: boolean
  onSaved: () => void
  /** Stands below the secret. */
  notice?: ReactNode
  /** Where it goes on. */
  next: { href: string; label: string }
}

/** The one time that a key is shown. Leaving before it was copied asks. */
export function ShownKey({ trail, name, secret, model, saved, onSaved, notice, next }: ShownKeyProps) {
  const { gatewayUrl } = useAppConfig()
  const router = useRouter()
  const guard = useLeaveGuard(!saved, next.href)
  const heading = useRef<HTMLDivElement>(null)
  useEffect(() => heading.current?.querySelector('h1')?.focus(), [])
  const command = curlCommand(gatewayUrl, secret, model)
  return (
    <div ref={heading}>
      <PageHeader title="Copy your key now" trail={trail} />
      <div className="max-w-3xl">
        <p className="text-base text-text-2">We keep only a fingerprint, so nobody can show it again, not even us.</p>
        <p
          className="mt-4 rounded-md border border-line-strong bg-surface p-4 font-mono text-base wrap-anywhere"
          data-secret
        >
          {secret}
        </p>
        {notice ? <div className="mt-4">{notice}</div> : null}
        <div className="mt-4 flex flex-wrap gap-2">
          <CopyButton kind="primary" value={secret} label="Copy key" onCopied={onSaved} />
          <DownloadEnv gatewayUrl={gatewayUrl} secret={secret} name={name} onSaved={onSaved} />
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
            {command}
          </pre>
          <TestRequest secret={secret} model={model}>
            <CopyButton value={command} label="Copy command" onCopied={onSaved} />
          </TestRequest>
        </Section>
        <div className="mt-8 border-t border-line pt-6">
          <Button kind={saved ? 'primary' : 'secondary'} onClick={() => guard.leave(() => router.push(next.href))}>
            {next.label}
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
