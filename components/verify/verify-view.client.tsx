'use client'

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { openDownload } from '#hooks/api.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { useCheck } from '#hooks/use-check.ts'
import { useReceipts } from '#hooks/use-receipts.ts'
import { useSession } from '#hooks/use-session.ts'
import { flowNode } from '#hooks/verify-node.ts'
import type { BilledPeriod, Receipt } from '#lib/receipts/receipt.ts'
import { CheckResult } from './check-result.client.tsx'
import { DocumentInput } from './document-input.client.tsx'
import { Limits } from './limits.tsx'
import { NodeChoice } from './node-choice.client.tsx'
import { ReceiptChoice } from './receipt-choice.tsx'

/** What was typed outlives the change to another node, which loads the page anew. */
const KEPT = 'flareflow.verify'
const readKept = (): string | null => sessionStorage.getItem(KEPT)
const nothingChanges = (): (() => void) => () => undefined
const written = (receipt: Receipt): string => JSON.stringify(receipt, null, 2)

interface VerifyViewProps {
  /** A request whose receipt is fetched, once somebody is signed in. */
  call: string | null
  /** The visitor's own Flow node. */
  ownNode: string | null
}

/** Checks a receipt or a bill in this browser: against a Flow node, and trusting nobody else. */
export function VerifyView({ call, ownNode }: VerifyViewProps) {
  const { accessNode, contractAddress } = useAppConfig()
  const { session } = useSession()
  const asked = ownNode ?? accessNode
  const trust = useMemo(() => ({ node: flowNode(asked), contract: contractAddress }), [asked, contractAddress])
  const { state, check, reset } = useCheck(trust)
  const { data, error } = useReceipts(call)
  const kept = useSyncExternalStore(nothingChanges, readKept, () => null)
  const [typed, setTyped] = useState<string | null>(null)
  const only = data?.receipts.length === 1 ? data.receipts[0] : undefined
  const text = typed ?? (only ? written(only) : kept) ?? ''

  const checkText = useCallback(
    (given: string): void => void check(() => Promise.resolve(new Blob([given]).stream())),
    [check],
  )
  useEffect(() => {
    if (only) checkText(written(only))
  }, [only, checkText])
  const change = (given: string): void => {
    sessionStorage.removeItem(KEPT)
    setTyped(given)
    reset()
  }
  const choose = (receipt: Receipt): void => {
    change(written(receipt))
    checkText(written(receipt))
  }
  const checkBill = ({ vault, period }: BilledPeriod): void =>
    void check(() => openDownload(`/api/bills/${vault}/${period}`))

  return (
    <div className="max-w-3xl">
      <PageHeader title="Check a receipt or a bill" />
      <p className="-mt-3 mb-6 text-text-2">
        A receipt proves one request up to the root that Flow has; a bill adds up all of them. This browser does it
        itself, and asks nobody but a Flow node.
      </p>
      {call !== null && session === null ? (
        <div className="mb-6">
          <SignInPrompt what="the receipt of your request" />
        </div>
      ) : null}
      {error ? (
        <div className="mb-6">
          <Notice tone="warn" live="assertive" title="The receipt could not be fetched.">
            {error.message}
          </Notice>
        </div>
      ) : null}
      {data && data.receipts.length > 1 ? (
        <ReceiptChoice receipts={data.receipts} more={data.more} onChoose={choose} />
      ) : null}
      <DocumentInput
        text={text}
        busy={state.state === 'checking'}
        onText={change}
        onCheck={() => checkText(text)}
        onFile={(file) => void check(() => Promise.resolve(file.stream()))}
      />
      <NodeChoice asked={asked} isOwn={ownNode !== null} onLeave={() => sessionStorage.setItem(KEPT, text)} />
      <CheckResult state={state} onBill={session ? checkBill : null} />
      <Section title="What this can’t prove">
        <Limits />
      </Section>
    </div>
  )
}
