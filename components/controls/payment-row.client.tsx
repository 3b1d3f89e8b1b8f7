'use client'

import { Button } from '#components/ui/button.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import type { Controls } from '#hooks/use-control.ts'
import { ControlRow } from './control-row.tsx'

/** Whether the provider is paid at each settlement or takes what accrued. */
export function PaymentRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const { automaticPayment } = vault
  const accrued = parseFlow(vault.accrued)
  return (
    <ControlRow
      id="payment"
      title="Payment"
      kinds={['payment']}
      controls={controls}
      done={automaticPayment ? 'The provider is paid at each settlement.' : 'What is owed accrues in the vault.'}
      explain={
        <p>
          What readings entitle the provider to is the same either way. It can leave the vault with each settlement, or
          wait there until the provider takes it.
        </p>
      }
      now={automaticPayment ? 'Paid at each settlement.' : 'Accrues in the vault until the provider takes it.'}
    >
      {!automaticPayment && accrued > 0n ? (
        <p className="text-sm text-text-2">
          {showFlowExact(accrued)} accrued so far. It is paid when you switch to payment at each settlement.
        </p>
      ) : null}
      <Button
        aria-disabled={controls.running !== null}
        onClick={() => void controls.perform({ kind: 'payment', automatic: !automaticPayment })}
      >
        {automaticPayment ? 'Let it accrue' : 'Pay at each settlement'}
      </Button>
    </ControlRow>
  )
}
