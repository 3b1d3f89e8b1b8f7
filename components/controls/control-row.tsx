import type { ReactNode } from 'react'
import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { SettingRow } from '#components/ui/setting-row.tsx'
import type { Control } from '#hooks/control-flow.ts'
import type { Controls } from '#hooks/use-control.ts'

interface ControlRowProps {
  id: string
  title: string
  /** What it does, and when. */
  explain: ReactNode
  /** How it is now. */
  now: ReactNode
  /** What transactions belong to this row. */
  kinds: readonly Control['kind'][]
  controls: Controls
  /** Said when it went through. */
  done: string
  children: ReactNode
}

/** One thing that the owner decides: what it means, how it is, how to change it, and how a change ended. */
export function ControlRow({ id, title, explain, now, kinds, controls, done, children }: ControlRowProps) {
  const { running, status, end } = controls
  return (
    <SettingRow id={id} title={title} explain={explain} now={now}>
      {children}
      {running && kinds.includes(running) && status ? <TransactionSteps status={status} /> : null}
      {end && !running && kinds.includes(end.kind) ? (
        <OutcomeNotice
          outcome={end.outcome}
          done={done}
          notDone="Nothing was changed."
          unknown="It is not known whether this was changed."
        />
      ) : null}
    </SettingRow>
  )
}
