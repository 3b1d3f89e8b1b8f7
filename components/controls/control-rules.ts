import { AppError } from '#lib/errors/app-error.ts'
import { parseFlow, parseUsd } from '#lib/money/decimal.ts'
import type { Policy, VaultReport } from '#hooks/api-types.ts'

/** What is wrong with an amount of FLOW or USD above 0, in one sentence. */
export function amountFault(text: string): string | undefined {
  try {
    return parseFlow(text.trim()) === 0n ? 'Give an amount above 0.' : undefined
  } catch (cause) {
    if (cause instanceof AppError) return cause.publicMessage
    throw cause
  }
}

export type Effect = 'loosens' | 'tightens' | 'nothing'

/** What another cap does: what loosens acts at once, what tightens after the settle delay. */
export function capEffect({ capUsd }: Pick<VaultReport, 'capUsd'>, wanted: string | null): Effect {
  if (wanted === null) return capUsd === null ? 'nothing' : 'loosens'
  if (capUsd === null) return 'tightens'
  const [before, after] = [parseUsd(capUsd), parseUsd(wanted)]
  return after === before ? 'nothing' : after > before ? 'loosens' : 'tightens'
}

interface EndTerms {
  now: Date
  settleDelaySeconds: number
}

/** What is wrong with an end of the provider's right; a sooner one leaves the time that usage needs to settle. */
export function endFault(
  { expiresAt }: Pick<VaultReport, 'expiresAt'>,
  at: Date,
  { now, settleDelaySeconds }: EndTerms,
): string | undefined {
  if (Number.isNaN(at.getTime())) return 'Give a date and a time.'
  if (at <= now) return 'This time has passed. Choose a later one.'
  const isLater = expiresAt !== null && at.getTime() >= Date.parse(expiresAt)
  // Half a minute for the wallet.
  const soonest = new Date(now.getTime() + (settleDelaySeconds + 30) * 1_000)
  if (isLater || at >= soonest) return undefined
  return `What is used until then must be settled. Choose ${soonest.toISOString().slice(11, 16)} UTC or later.`
}

const ADDRESS = /^0x[0-9a-f]{16}$/

/** What is wrong with a Flow address to give something to. */
export function addressFault(text: string, owner: string): string | undefined {
  const address = text.trim().toLowerCase()
  if (!ADDRESS.test(address)) return 'A Flow address is 0x and 16 hex digits, like 0x6daee039a7b9c2f0.'
  return address === owner ? 'The subscription belongs to this account already. Give another one.' : undefined
}

/** The contract's own bound. */
const MOST_APPROVERS = 16

export interface PolicyDraft {
  /** One address a line. */
  approvers: string
  required: string
  /** FLOW; empty: none. */
  threshold: string
}

export type PolicyFaults = Partial<Record<keyof PolicyDraft, string>>

const addressesIn = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)

/** What is wrong with a policy, a sentence for each field. */
export function policyFaults(draft: PolicyDraft): PolicyFaults {
  const faults: PolicyFaults = {}
  const addresses = addressesIn(draft.approvers)
  const wrong = addresses.find((address) => !ADDRESS.test(address))
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index)
  if (addresses.length === 0) faults.approvers = 'Name at least one approver.'
  else if (wrong) faults.approvers = `${wrong} is no Flow address: 0x and 16 hex digits.`
  else if (twice) faults.approvers = `${twice} is named twice. Remove one.`
  else if (addresses.length > MOST_APPROVERS) faults.approvers = `At most ${MOST_APPROVERS} approvers can be named.`
  const required = /^\d{1,2}$/.test(draft.required.trim()) ? Number.parseInt(draft.required, 10) : 0
  if (required < 1 || required > Math.max(addresses.length, 1)) {
    faults.required = `Give a number from 1 to ${Math.max(addresses.length, 1)}.`
  }
  const threshold = draft.threshold.trim() === '' ? undefined : amountOrZeroFault(draft.threshold)
  if (threshold) faults.threshold = threshold
  return faults
}

const amountOrZeroFault = (text: string): string | undefined =>
  /^0+(\.0*)?$/.test(text.trim()) ? undefined : amountFault(text)

/** A draft without faults as the contract takes it. */
export const policyOf = ({ approvers, required, threshold }: PolicyDraft): Policy => ({
  approvers: addressesIn(approvers),
  required: Number.parseInt(required, 10),
  threshold: threshold.trim() === '' ? null : threshold.trim(),
})

export const draftOf = (policy: Policy | null): PolicyDraft => ({
  approvers: policy?.approvers.join('\n') ?? '',
  required: String(policy?.required ?? 2),
  threshold: policy?.threshold ?? '',
})
