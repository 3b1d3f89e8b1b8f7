'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { vaultName } from '#components/subscriptions/vault-figures.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import type { Controls } from '#hooks/use-control.ts'
import { ControlRow } from './control-row.tsx'
import { addressFault } from './control-rules.ts'

/** Gives the vault with all its FLOW to another account. */
export function TransferRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const [to, setTo] = useState('')
  const [fault, setFault] = useState<string | undefined>()
  const [asking, setAsking] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const address = to.trim().toLowerCase()
  const needsApproval = vault.approvers.length > 0

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = addressFault(to, vault.owner)
    setFault(found)
    if (found) form.current?.querySelector('input')?.focus()
    else setAsking(true)
  }
  const confirm = (): void => {
    // The wallet opens below a modal dialog, where nobody can reach it.
    setAsking(false)
    void controls.perform({ kind: 'transfer', to: address })
  }
  return (
    <ControlRow
      id="transfer"
      title="Give to another owner"
      kinds={['transfer']}
      controls={controls}
      done={
        needsApproval ? 'The proposal is on chain. It acts when enough approvers agreed.' : 'The vault was given away.'
      }
      explain={
        <p>
          The new owner gets the vault with its FLOW and accepts it on the subscription’s page. The key is blocked for
          good, as you know it; the new owner makes another. A pending request, cap or approval of yours ends.
        </p>
      }
      now="It is yours."
    >
      <form ref={form} onSubmit={submit} noValidate className="max-w-sm space-y-3" aria-label="Give to another owner">
        <Field
          id="transfer-to"
          label="Address of the new owner"
          spellCheck={false}
          autoComplete="off"
          className="font-mono"
          value={to}
          error={fault}
          onChange={(event) => setTo(event.target.value)}
        />
        <Button type="submit" aria-disabled={controls.running !== null}>
          {needsApproval ? 'Propose to give it away' : 'Give away'}
        </Button>
      </form>
      <Modal
        open={asking}
        title={`Give ${vaultName(vault)} away?`}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button kind="danger" onClick={confirm}>
              {needsApproval ? 'Propose it' : 'Give away'}
            </Button>
          </>
        }
      >
        <p>
          To <span className="font-mono wrap-anywhere text-text">{address}</span>. It acts{' '}
          {needsApproval ? 'when enough approvers agreed' : 'at once'} and only the new owner can undo it: check the
          address.
        </p>
      </Modal>
    </ControlRow>
  )
}
