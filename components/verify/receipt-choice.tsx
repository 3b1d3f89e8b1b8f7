import { Button } from '#components/ui/button.tsx'
import type { Receipt } from '#lib/receipts/receipt.ts'

interface ReceiptChoiceProps {
  receipts: readonly Receipt[]
  more: boolean
  onChoose: (receipt: Receipt) => void
}

/** Several requests carry one id, which their callers chose: each has its own receipt. */
export function ReceiptChoice({ receipts, more, onChoose }: ReceiptChoiceProps) {
  return (
    <div className="mb-6">
      <p className="text-sm">
        {more ? `More than ${receipts.length}` : receipts.length} requests carry this id, which their callers chose.
        Each has a receipt of its own.
      </p>
      <ul className="mt-3 flex flex-wrap gap-2">
        {receipts.map((receipt) => (
          <li key={receipt.event.id}>
            <Button onClick={() => onChoose(receipt)}>
              Subscription {receipt.vault}, request {receipt.event.ordinal + 1}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}
