'use client'

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { STATE_WORDS } from '#components/transactions/words.ts'
import { Button } from '#components/ui/button.tsx'
import { parseFlow } from '#lib/money/decimal.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import type { CreationOutcome } from '#hooks/open-subscription.ts'
import { useCreateSubscription } from '#hooks/use-create-subscription.ts'
import { useFlowBalance } from '#hooks/use-flow-balance.ts'
import { useStorage } from '#hooks/use-storage.ts'
import { CreationNotice } from './creation-notice.tsx'
import { DraftFields } from './draft-fields.tsx'
import { StorageNotice } from './storage-notice.tsx'
import { type DraftFaults, draftFaults, keyFloorFlow, type SubscriptionDraft } from './subscription-draft.ts'

interface SubscriptionFormProps {
  /** Who pays. */
  owner: string
  onFinished: (created: { vaultId: string; serviceName: string; secret: string }) => void
}

const SPOKEN: Partial<Record<CreationOutcome['kind'], string>> = {
  declined: 'You declined in the wallet. Nothing was sent and nothing was charged.',
  provider_unknown: 'This provider is not registered. Nothing was sent.',
}

/** The order of a new subscription. Whatever happens, what was typed stays. */
export function SubscriptionForm({ owner, onFinished }: SubscriptionFormProps) {
  const config = useAppConfig()
  const announce = useAnnounce()
  const { balance } = useFlowBalance(owner)
  const { create, status, busy, reset } = useCreateSubscription()
  const [draft, setDraft] = useState<SubscriptionDraft>({
    serviceName: '',
    provider: config.defaultProvider ?? '',
    deposit: '10.00',
  })
  const [faults, setFaults] = useState<DraftFaults>({})
  const [outcome, setOutcome] = useState<CreationOutcome | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const storage = useStorage()
  const isFull = storage?.state === 'full'
  const keyFloor = keyFloorFlow(config)

  useEffect(() => {
    if (Object.keys(faults).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [faults])

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (busy || isFull) return
    const found = draftFaults(draft, { minimumDeposit: parseFlow(config.minimumDeposit), keyFloor, balance })
    setFaults(found)
    if (Object.keys(found).length > 0) return
    setOutcome(null)
    const serviceName = draft.serviceName.trim()
    const result = await create({
      owner,
      serviceName,
      provider: draft.provider.trim().toLowerCase(),
      deposit: draft.deposit.trim(),
    })
    if (result.kind === 'created' && result.key.secret) {
      onFinished({ vaultId: result.vaultId, serviceName, secret: result.key.secret })
      return
    }
    if (result.kind !== 'busy') setOutcome(result)
    if (result.kind === 'declined') reset()
    const spoken = 'message' in result ? result.message : SPOKEN[result.kind]
    if (spoken) announce(spoken, 'message' in result ? 'assertive' : 'polite')
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="max-w-xl space-y-5" aria-label="New subscription">
      <DraftFields draft={draft} faults={faults} balance={balance} onChange={setDraft} />
      <p className="text-xs text-text-2">
        The deposit moves to a vault that only pays for tokens used; you can take the rest back. How many tokens you use
        of which model becomes public on chain.
      </p>
      {storage && storage.state !== 'ok' ? <StorageNotice storage={storage} /> : null}
      <Button kind="primary" type="submit" aria-disabled={busy || isFull} className="w-full sm:w-auto sm:min-w-[34ch]">
        {busy && status ? STATE_WORDS[status.state] : 'Create Subscription & API Key'}
      </Button>
      {busy && status ? <TransactionSteps status={status} /> : null}
      {outcome && !busy ? <CreationNotice outcome={outcome} /> : null}
    </form>
  )
}
