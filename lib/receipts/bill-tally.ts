import type { LeafFacts } from '../metering/canonical-leaf.ts'
import { appendLeaf, EMPTY_FRONTIER, frontierRoot } from '../merkle/frontier.ts'
import { type Hash, leafHash } from '../merkle/hash.ts'
import type { Usage } from '../pricing/price-usage.ts'
import { readLeaf } from './read-leaf.ts'
import type { BillHeader } from './receipt.ts'
import { fieldsOf, hashOf, jsonOf, ShapeFault, wholeOf } from './shape.ts'
import { failed, type Step, type StepReason } from './step.ts'

export const LEAVES = 'Every line is a request of this vault and month, once, in order'

/** What all lines of a bill come to. */
export interface BillTotals {
  readonly count: number
  /** Root of the tree over the lines as they were read. */
  readonly root: Hash
  /** Billable tokens by model; models without any are absent. */
  readonly tokens: Usage
  /** Lines that are a hash alone, as the details were deleted. */
  readonly deleted: number
  /** The first line that can't stand there. */
  readonly fault: Step | null
}

export interface BillTally {
  /** Takes the next line. False once a line was at fault: further ones change nothing. */
  add(line: string): boolean
  totals(): BillTotals
}

/** The line of a request whose details were deleted. */
export const deletedLine = (ordinal: number, hash: Hash): string => JSON.stringify({ ordinal, leafHash: hash })

const isDeleted = (line: string): boolean => line.startsWith('{"ordinal":')

function hashOfDeleted(line: string, ordinal: number): Hash {
  const fields = fieldsOf(jsonOf(line, 'line'), 'line', ['ordinal', 'leafHash'])
  if (wholeOf(fields['ordinal'], 'line.ordinal', 0, 2 ** 31 - 1) !== ordinal) {
    throw new ShapeFault('line.ordinal', `is not ${ordinal}`)
  }
  return hashOf(fields['leafHash'], 'line.leafHash')
}

/** Adds up a bill line by line: tree, sums and identities. Reads each line once and keeps none. */
export function createBillTally({ vault, period }: BillHeader): BillTally {
  const tokens = new Map<string, bigint>()
  const ids = new Set<string>()
  let frontier = EMPTY_FRONTIER
  let deleted = 0
  let fault: Step | null = null

  function refuse(reason: StepReason, why: string): null {
    fault = failed(LEAVES, reason, `Line ${frontier.size + 2}: ${why}`)
    return null
  }

  function count(leaf: LeafFacts): void {
    ids.add(leaf.id)
    if (leaf.billableTokens > 0n) tokens.set(leaf.model, (tokens.get(leaf.model) ?? 0n) + leaf.billableTokens)
  }

  function readLine(line: string): Hash | null {
    if (isDeleted(line)) return readDeleted(line)
    const leaf = readLeaf(line)
    if (!leaf.ok) return refuse('leaf_form', `${leaf.fault}. It was changed, or is no request.`)
    const { value: facts } = leaf
    if (facts.vaultId.toString() !== vault || facts.period !== period) {
      return refuse('leaf_differs', `a request of vault ${facts.vaultId} in ${facts.period}. It is on the wrong bill.`)
    }
    if (facts.ordinal !== frontier.size) return refuse('leaf_differs', `number ${facts.ordinal} is out of its order.`)
    if (ids.has(facts.id)) return refuse('request_repeated', `request ${facts.id} is on the bill twice.`)
    if (facts.billableTokens !== 0n && facts.billableTokens !== facts.inputTokens + facts.outputTokens) {
      return refuse('leaf_differs', `${facts.billableTokens} tokens are billed, which is not input and output.`)
    }
    count(facts)
    return leafHash(line)
  }

  function readDeleted(line: string): Hash | null {
    try {
      const hash = hashOfDeleted(line, frontier.size)
      deleted += 1
      return hash
    } catch (error) {
      if (error instanceof ShapeFault) return refuse('leaf_form', `${error.message}.`)
      throw error
    }
  }

  return {
    add(line) {
      const hash = fault ? null : readLine(line)
      if (hash !== null) frontier = appendLeaf(frontier, hash)
      return hash !== null
    },
    totals: () => ({ count: frontier.size, root: frontierRoot(frontier), tokens, deleted, fault }),
  }
}
