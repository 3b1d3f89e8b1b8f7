import { readSettledReading, type SettledReading } from './read-chain.ts'
import type { BilledPeriod, Place, SettledAs } from './receipt.ts'
import { askingStep, failed, hasFailed, type Node, ok, type Step } from './step.ts'

/** What a document says was settled, and where. */
export type Claim = Place & BilledPeriod & SettledAs

export interface ReadingCheck {
  readonly steps: readonly Step[]
  /** Set when the reading was found, also when it differs. */
  readonly reading: SettledReading | null
}

const FOUND = 'The contract settled this reading'
const ROOT = 'The root on Flow is this root'
const FIGURES = 'Requests and tokens on Flow are these'

/** Looks the claimed reading up on chain and compares root and figures with it. */
export async function checkReading(claim: Claim, node: Node): Promise<ReadingCheck> {
  let reading: SettledReading | null = null
  const found = await askingStep(FOUND, async () => {
    const { contract, vault, period, transaction } = claim
    const { sequence } = claim.reading
    const answer = await readSettledReading(node.ask, { contract, vault, period, transaction, sequence })
    if (answer === 'unknown_transaction') return failed(FOUND, 'transaction_unknown', unknownTransaction(claim, node))
    if (answer === 'other_reading') return failed(FOUND, 'reading_missing', otherReading(claim))
    reading = answer
    return ok(FOUND, `Transaction ${transaction} settled reading ${sequence} of vault ${vault} for ${period}.`)
  })
  if (hasFailed(found) || reading === null) return { steps: [found], reading }
  return { steps: [found, compareRoots(claim, reading), compareFigures(claim, reading)], reading }
}

const unknownTransaction = ({ transaction }: Claim, { name }: Node): string =>
  `${name} knows no sealed transaction ${transaction}. Nodes of a live network forget transactions after the network ` +
  'was upgraded: then ask a node that keeps the time of this reading. Otherwise nothing was settled by it.'

const otherReading = ({ transaction, contract, vault, period, reading }: Claim): string =>
  `In transaction ${transaction} the contract ${contract} settled no reading ${reading.sequence} of vault ${vault} for ` +
  `${period}. The document names a transaction that doesn’t prove it.`

function compareRoots({ root }: Claim, reading: SettledReading): Step {
  if (reading.root === root) return ok(ROOT, root)
  const detail = `The document has ${root}, Flow has ${reading.root}. What you were shown is not what was billed.`
  return failed(ROOT, 'root_differs', detail)
}

function compareFigures(claim: Claim, reading: SettledReading): Step {
  const { eventCount, models } = claim.reading
  const differing = models.find(({ model, tokens }) => reading.models.get(model)?.toString() !== tokens)
  const isSame = !differing && models.length === reading.models.size && isRepeatFree(claim)
  if (isSame && reading.eventCount.toString() === eventCount) {
    return ok(FIGURES, `${eventCount} requests; ${models.map(({ model, tokens }) => `${model} ${tokens}`).join(', ')}.`)
  }
  const there = [...reading.models].map(([model, tokens]) => `${model} ${tokens}`).join(', ')
  const detail = `Flow has ${reading.eventCount} requests; ${there}. The document says otherwise: it is not of this reading.`
  return failed(FIGURES, 'reading_differs', detail)
}

const isRepeatFree = ({ reading: { models } }: Claim): boolean =>
  new Set(models.map(({ model }) => model)).size === models.length
