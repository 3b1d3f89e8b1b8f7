import type { AskNode } from './ask-node.ts'
import { NodeSilent } from './ask-node.ts'

/** Why a check failed. Stable: scripts may go by it. */
export type StepReason =
  | 'form'
  | 'not_settled'
  | 'leaf_form'
  | 'leaf_differs'
  | 'leaf_hash'
  | 'path'
  | 'leaf_missing'
  | 'root_computed'
  | 'request_repeated'
  | 'sums_differ'
  | 'node_silent'
  | 'contract_differs'
  | 'network_differs'
  | 'deployment_differs'
  | 'transaction_unknown'
  | 'reading_missing'
  | 'root_differs'
  | 'reading_differs'
  | 'price_differs'
  | 'charge_differs'

/** `note`: neither proves nor disproves anything, but one should know it. */
type Outcome = 'ok' | 'failed' | 'note'

/** One step of a check in words. */
export interface Step {
  readonly outcome: Outcome
  /** What was checked, as a statement that is true when the step is ok. */
  readonly title: string
  /** What was compared, or what it means that it failed. */
  readonly detail: string
  /** Set when it failed. */
  readonly reason?: StepReason
}

export const ok = (title: string, detail: string): Step => ({ outcome: 'ok', title, detail })
export const note = (title: string, detail: string): Step => ({ outcome: 'note', title, detail })
export const failed = (title: string, reason: StepReason, detail: string): Step => ({
  outcome: 'failed',
  title,
  detail,
  reason,
})

export const hasFailed = (step: Step): boolean => step.outcome === 'failed'

/** A step that asks a node: when no answer comes, it failed for that reason and says nothing of the document. */
export async function askingStep(title: string, work: () => Promise<Step>): Promise<Step> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof NodeSilent)) throw error
    const advice = 'Nothing is known about the document then: check the node’s address, or ask another node.'
    return failed(title, 'node_silent', `The Flow node gave no answer: ${error.message}. ${advice}`)
  }
}

/** A Flow access node with the name to show for it. */
export interface Node {
  readonly name: string
  readonly ask: AskNode
}

/** Whom a check believes: a node, and the contract that the reader knows by other means. Null: whichever is named. */
export interface Trust {
  readonly node: Node
  readonly contract: string | null
}
