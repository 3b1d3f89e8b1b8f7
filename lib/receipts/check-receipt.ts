import type { LeafFacts } from '../metering/canonical-leaf.ts'
import { leafHash } from '../merkle/hash.ts'
import { verifyInclusion } from '../merkle/proof.ts'
import { checkPlace } from './check-place.ts'
import { checkReading, type Claim } from './check-reading.ts'
import { parseReceipt } from './parse-receipt.ts'
import { readLeaf } from './read-leaf.ts'
import type { CreditReceipt, Receipt, SettledReceipt } from './receipt.ts'
import { failed, hasFailed, note, ok, type Step, type Trust } from './step.ts'

export interface ReceiptCheck {
  /** Null when the text is no receipt. */
  readonly receipt: Receipt | null
  /** What the leaf says of the request; null when it was deleted or can't be read. */
  readonly request: LeafFacts | null
  readonly steps: readonly Step[]
  /** Every step that proves something was made, and none failed. */
  readonly isProven: boolean
}

const FORM = 'The receipt is complete'
const LEAF = 'The request is the one that the receipt names'
const HASH = 'The request’s hash is the leaf'
const PATH = 'The leaf is in the tree under the root'

const CHAIN = 'The request is settled on Flow'

const isOfCredits = (receipt: Receipt): receipt is CreditReceipt => receipt.settlement.state === 'credits'
const isSettled = (receipt: Receipt): receipt is SettledReceipt => receipt.settlement.state === 'settled'

/** Checks a receipt: by itself first, then against the chain. Trusts nobody but the node that it asks. */
export async function checkReceipt(text: string, trust: Trust): Promise<ReceiptCheck> {
  const parsed = parseReceipt(text)
  if (!parsed.ok) {
    const detail = `${parsed.fault}. It was changed, cut short, or is something else.`
    return { receipt: null, request: null, steps: [failed(FORM, 'form', detail)], isProven: false }
  }
  const receipt = parsed.value
  const leaf = receipt.event.leaf === null ? null : readLeaf(receipt.event.leaf)
  const request = leaf?.ok ? leaf.value : null
  const form = ok(FORM, `Version ${receipt.version}, request ${receipt.event.id}.`)
  const local = [form, checkLeaf(receipt), checkHash(receipt)]
  if (isOfCredits(receipt)) {
    const steps = [...local, checkPath(receipt), note(CHAIN, OFF_CHAIN)]
    return { receipt, request, steps, isProven: false }
  }
  if (!isSettled(receipt)) return { receipt, request, steps: [...local, notSettled(receipt)], isProven: false }
  const steps = [...local, checkPath(receipt)]
  if (!steps.some(hasFailed)) steps.push(...(await checkPlace(receipt, trust)))
  if (!steps.some(hasFailed)) steps.push(...(await checkReading(claimOf(receipt), trust.node)).steps)
  return { receipt, request, steps, isProven: !steps.some(hasFailed) }
}

const claimOf = ({ settlement, ...about }: SettledReceipt): Claim => ({ ...about, ...settlement })

function checkLeaf({ event, vault, period }: Receipt): Step {
  if (event.leaf === null) {
    return note(
      LEAF,
      'Its details were deleted after their time; its place in the bill can still be proven by its hash.',
    )
  }
  const leaf = readLeaf(event.leaf)
  if (!leaf.ok) return failed(LEAF, 'leaf_form', `${leaf.fault}. The text of the request was changed.`)
  const { id, ordinal, vaultId, period: leafPeriod } = leaf.value
  const isSame = id === event.id && ordinal === event.ordinal && vaultId.toString() === vault && leafPeriod === period
  if (isSame) return ok(LEAF, `Vault ${vault}, ${period}, number ${ordinal}.`)
  const detail = `The text is of request ${id}, vault ${vaultId}, ${leafPeriod}, number ${ordinal}: the receipt names another.`
  return failed(LEAF, 'leaf_differs', detail)
}

function checkHash({ event }: Receipt): Step {
  if (event.leaf === null) return note(HASH, `The receipt gives the hash alone: ${event.leafHash}.`)
  const computed = leafHash(event.leaf)
  if (computed === event.leafHash) return ok(HASH, computed)
  const detail = `Its text hashes to ${computed}, the receipt has ${event.leafHash}. The text or the hash was changed.`
  return failed(HASH, 'leaf_hash', detail)
}

const OFF_CHAIN =
  'It was paid from a balance of credits, so no root of it is on chain: that the tree is the right one is the operator’s word.'

function checkPath({ event, settlement }: SettledReceipt | CreditReceipt): Step {
  const { size, path, root } = settlement
  const isWhole = settlement.state === 'credits' || size.toString() === settlement.reading.eventCount
  if (isWhole && verifyInclusion(event.leafHash, event.ordinal, size, path, root)) {
    return ok(PATH, `${path.length} hashes lead from leaf ${event.ordinal} of ${size} to ${root}.`)
  }
  const detail = `The ${path.length} hashes don’t lead from leaf ${event.ordinal} of ${size} to ${root}. The proof was changed.`
  return failed(PATH, 'path', detail)
}

function notSettled({ settlement }: Receipt): Step {
  if (settlement.state === 'unbilled') {
    const detail = `It is listed and not billed (${settlement.reason}): no reading covers it, and none will.`
    return failed(CHAIN, 'not_settled', detail)
  }
  const when =
    settlement.state === 'waiting' && settlement.expectedBy
      ? `expected by ${settlement.expectedBy}`
      : 'with the next request that costs something'
  return failed(CHAIN, 'not_settled', `Not yet, ${when}. There is nothing on chain to compare with until then.`)
}
