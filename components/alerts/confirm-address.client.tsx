'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { confirmAddress } from '#hooks/use-alert-channels.ts'

/** Where the link of a mail leads. A button confirms: scanners of mail open links by themselves. */
export function ConfirmAddress({ word }: { word: string }) {
  const [target, setTarget] = useState<string | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const confirm = async (): Promise<void> => {
    try {
      setTarget(await confirmAddress(word))
      setFault(null)
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : 'Nothing was confirmed. Try again.')
    }
  }
  return (
    <>
      <PageHeader title="Confirm your mail address" />
      {fault ? <Notice tone="bad" live="assertive" title={fault} /> : null}
      {target ? (
        <Notice
          tone="ok"
          live="polite"
          title={`Alerts are sent to ${target} from now on.`}
          actions={
            <Link className={buttonClass()} href="/alerts">
              Open alerts
            </Link>
          }
        >
          You can end that there at any time.
        </Notice>
      ) : (
        <div className="mt-4">
          <p className="mb-4 text-text-2">
            Somebody wants their FlareFlow alerts to be sent to the address that got the mail.
          </p>
          <Button kind="primary" onClick={confirm}>
            Send alerts to this address
          </Button>
        </div>
      )}
    </>
  )
}
