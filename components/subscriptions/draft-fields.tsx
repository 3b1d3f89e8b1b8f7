import { Field } from '#components/ui/field.tsx'
import { showFlow } from '#lib/format/money.ts'
import type { Flow } from '#lib/money/units.ts'
import type { DraftFaults, SubscriptionDraft } from './subscription-draft.ts'

interface DraftFieldsProps {
  draft: SubscriptionDraft
  faults: DraftFaults
  balance: Flow | undefined
  onChange: (draft: SubscriptionDraft) => void
}

export function DraftFields({ draft, faults, balance, onChange }: DraftFieldsProps) {
  return (
    <>
      <Field
        id="serviceName"
        label="Name"
        hint="How you tell it from your other subscriptions. It becomes public on chain."
        placeholder="prod-chat"
        autoComplete="off"
        value={draft.serviceName}
        error={faults.serviceName}
        onChange={(event) => onChange({ ...draft, serviceName: event.target.value })}
      />
      <Field
        id="provider"
        label="Provider address"
        hint="Who serves the models and is paid for them. Only registered providers get a key."
        spellCheck={false}
        autoComplete="off"
        className="font-mono"
        value={draft.provider}
        error={faults.provider}
        onChange={(event) => onChange({ ...draft, provider: event.target.value })}
      />
      <Field
        id="deposit"
        label="FLOW deposit"
        hint={balance === undefined ? 'Asking what your wallet holds.' : `Your wallet has ${showFlow(balance)}.`}
        unit="FLOW"
        inputMode="decimal"
        autoComplete="off"
        value={draft.deposit}
        error={faults.deposit}
        onChange={(event) => onChange({ ...draft, deposit: event.target.value })}
      />
    </>
  )
}
