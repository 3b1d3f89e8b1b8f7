import { AppError } from '#lib/errors/app-error.ts'
import { parseFlow, parseUsd, parseUsdPerFlow } from '#lib/money/decimal.ts'
import { type Flow, flow, UNITS } from '#lib/money/units.ts'
import { showFlow, showFlowExact } from '#lib/format/money.ts'
import type { AppConfig } from '#hooks/api-types.ts'

export interface SubscriptionDraft {
  serviceName: string
  provider: string
  deposit: string
}

export type DraftFaults = Partial<Record<keyof SubscriptionDraft, string>>

export interface DraftLimits {
  /** Least FLOW that may move; 0 when any amount will do. */
  minimumDeposit: Flow
  /** Below it the vault's key would be blocked. */
  keyFloor?: Flow
  /** What the wallet holds; undefined while it is unknown. */
  balance: Flow | undefined
}

/** The least FLOW with which a vault's key works, at the rate of the page's start, rounded up. */
export function keyFloorFlow({ keyFloorUsd, rate }: Pick<AppConfig, 'keyFloorUsd' | 'rate'>): Flow {
  const usdPerFlow = parseUsdPerFlow(rate.usdPerFlow)
  return flow((parseUsd(keyFloorUsd) * UNITS + usdPerFlow - 1n) / usdPerFlow)
}

const NAME_MOST = 64
/** The contract counts bytes. */
const NAME_MOST_BYTES = 128
/** Kept back in the account: its own storage and the transaction's fee. */
const KEPT_FOR_STORAGE = flow(100_000n)

/** What is wrong with an amount to deposit, in one sentence. */
export function depositFault(text: string, { minimumDeposit, keyFloor, balance }: DraftLimits): string | undefined {
  let deposit: Flow
  try {
    deposit = parseFlow(text.trim())
  } catch (cause) {
    if (cause instanceof AppError) return cause.publicMessage
    throw cause
  }
  if (deposit === 0n) return 'Give an amount above 0.'
  if (deposit < minimumDeposit) return `A vault needs at least ${showFlowExact(minimumDeposit)}.`
  if (keyFloor !== undefined && deposit < keyFloor) {
    return `A key works from ${showFlow(keyFloor, 'owed')} on: it must be able to pay what a minute of use can cost.`
  }
  if (balance === undefined || deposit + KEPT_FOR_STORAGE <= balance) return undefined
  const most = balance > KEPT_FOR_STORAGE ? flow(balance - KEPT_FOR_STORAGE) : flow(0n)
  const needed = `this needs ${showFlow(deposit, 'owed')} and about 0.001 for storage`
  return `Your wallet has ${showFlow(balance)}; ${needed}. Deposit up to ${showFlow(most)}.`
}

/** What is wrong with a draft, a sentence per field; empty when it can be sent. */
export function draftFaults(draft: SubscriptionDraft, limits: DraftLimits): DraftFaults {
  const faults: DraftFaults = {}
  const name = draft.serviceName.trim()
  if (name === '') faults.serviceName = 'Give the subscription a name, like prod-chat.'
  if ([...name].length > NAME_MOST) faults.serviceName = `A name has at most ${NAME_MOST} characters.`
  else if (new TextEncoder().encode(name).length > NAME_MOST_BYTES) {
    faults.serviceName = `Shorten the name: it has at most ${NAME_MOST_BYTES} bytes, and letters beyond a to z take 2 to 4.`
  }
  if (!/^0x[0-9a-fA-F]{16}$/.test(draft.provider.trim())) {
    faults.provider = 'A Flow address is 0x and 16 hex digits, like 0x6daee039a7b9c2f0.'
  }
  const deposit = depositFault(draft.deposit, limits)
  if (deposit) faults.deposit = deposit
  return faults
}
