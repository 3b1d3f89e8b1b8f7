import type { PolicyModel } from './approvals-model.ts'
import type { Arena } from './arena.ts'
import { inFlow } from './expected-report.ts'
import type { Party } from './actions.ts'
import type { Step } from './steps.ts'
import { readTransaction } from './test-cadence.ts'
import type { WorldModel } from './world-model.ts'

interface Opening {
  readonly owner: Party
  readonly provider: Party
  /** Set by the owner at once; null: nobody has to agree. */
  readonly policy: PolicyModel | null
}

const DEPOSIT = 100_000_000n

/** Who opens the vault of a slot, for whom, and how. */
const OPENINGS: readonly Opening[] = [
  { owner: 'customer', provider: 'provider', policy: null },
  { owner: 'customer', provider: 'rival', policy: null },
  {
    owner: 'second',
    provider: 'provider',
    policy: { approvers: ['ann', 'ben', 'cem'], required: 2, threshold: 30_000_000n },
  },
]

/** The transactions that open the vault of a slot, in which the model has it from then on. */
export function openingSteps({ signers }: Pick<Arena, 'signers'>, world: WorldModel, slot: number): Step[] {
  const opening = OPENINGS[slot]
  if (!opening) throw new Error(`Nobody opens a vault at ${slot}.`)
  const { owner, provider, policy } = opening
  const done = { by: owner, expected: ['done'], isAct: false }
  const id = BigInt(world.all.length) + 1n
  const model = world.openVault(slot, { id, deposit: DEPOSIT, owner, provider })
  const deposit = inFlow(DEPOSIT)
  const args = { provider: signers[provider].address, serviceName: 'LLM API', deposit }
  const opens: Step = { ...done, code: readTransaction('owner/create_subscription'), args }
  if (policy === null) return [opens]
  model.setApprovers(policy)
  return [opens, { ...done, code: readTransaction('owner/set_approvers'), args: policyArguments(signers, id, policy) }]
}

/** A policy as `owner/set_approvers` takes it; null ends the approvals. */
export function policyArguments(signers: Arena['signers'], vaultId: bigint, policy: PolicyModel | null) {
  const { approvers, required, threshold } = policy ?? { approvers: [], required: 0, threshold: null }
  const named = approvers.map((name) => signers[name].address)
  return { vaultId, approvers: named, required, threshold: threshold === null ? null : inFlow(threshold) }
}
