import { CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import type { Step } from '#lib/receipts/step.ts'

const LOOKS = {
  ok: { icon: CircleCheck, look: 'text-ok', word: 'Holds' },
  failed: { icon: CircleX, look: 'text-bad', word: 'Fails' },
  note: { icon: CircleDashed, look: 'text-text-2', word: 'Note' },
} as const

/** What was checked, one by one, each with its outcome as a sign and a word and with what was compared. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="mt-4 space-y-3" aria-label="Steps of the check">
      {steps.map(({ outcome, title, detail }, index) => {
        const { icon: Icon, look, word } = LOOKS[outcome]
        return (
          <li key={title} data-step={outcome} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
            <span className={`mt-0.5 ${look}`}>
              <Icon aria-hidden="true" size={18} strokeWidth={1.75} />
            </span>
            <div>
              <p className="font-medium">
                {index + 1}. {title} <span className={`ml-1 text-xs font-normal ${look}`}>{word}</span>
              </p>
              <p className="mt-0.5 text-sm text-text-2 wrap-anywhere">{detail}</p>
            </div>
          </li>
        )
      })}
    </ol>
  )
}
