import type { ProposalModel } from './approvals-model.ts'
import type { Action, Party } from './actions.ts'
import type { VaultModel } from './vault-model.ts'

type About<K extends Action['kind']> = Extract<Action, { kind: K }>

const PROVIDERS: ReadonlySet<string> = new Set(['withdraw', 'withdrawPart', 'payment', 'credit', 'receiver', 'renew'])
const ADMINS: ReadonlySet<string> = new Set(['rate', 'source', 'schedule', 'reappoint', 'registration'])
const ANYONES: ReadonlySet<string> = new Set(['deposit', 'execute', 'time', 'steal', 'archive'])

/** Whose act it is; the stranger's, if it is anyone's. */
export function actorOf(action: Action, model: VaultModel, now: number): Party {
  const { kind } = action
  if (ANYONES.has(kind)) return 'stranger'
  if (PROVIDERS.has(kind)) return model.provider
  if (ADMINS.has(kind)) return 'admin'
  if (kind === 'readings') return 'oracle'
  if (kind === 'leak') return action.whose === 'owner' ? model.rights.owner : model.provider
  if (kind === 'claimSeat')
    return model.approvals?.approvers.find((party) => model.rights.waitsFor(party, 'approver')) ?? 'ann'
  return action.kind === 'approve' ? approverOf(model, proposalFor(action, model, now)) : model.rights.owner
}

/** An approver who has not agreed yet. */
function approverOf({ approvals }: VaultModel, proposal: ProposalModel | null): Party {
  const approvers = approvals?.approvers ?? []
  return approvers.find((party) => !proposal?.approvedBy.includes(party)) ?? approvers[0] ?? 'ann'
}

/** A proposal that has its approvals and that anyone may carry out. */
function executable({ approvals }: VaultModel, now: number): ProposalModel | null {
  const all = [...(approvals?.proposals.values() ?? [])]
  return all.find((each) => each.kind !== 'takeBack' && now < each.expiresAt && approvals?.isApproved(each)) ?? null
}

/** One of the open proposals, the most approved first; with the highest number one that may have lapsed. */
export function proposalFor(
  action: About<'approve' | 'execute'>,
  model: VaultModel,
  now: number,
): ProposalModel | null {
  const { nth } = action
  const ready = action.kind === 'execute' && action.fit ? executable(model, now) : null
  if (ready !== null) return ready
  const all = [...(model.approvals?.proposals.values() ?? [])]
  const open = all.filter(({ expiresAt }) => now < expiresAt)
  const choice = nth === 3 ? all : open.toSorted((a, b) => b.approvedBy.length - a.approvedBy.length)
  return choice[nth % (choice.length || 1)] ?? null
}

/** Whether an act could come to something at a vault. */
export function makesSense(action: Action, model: VaultModel, now: number): boolean {
  const { pending, approvals, accrued } = model
  switch (action.kind) {
    case 'takeBack':
      return pending !== null && now >= pending.actsAt && isAgreed(model, now) && isLeft(model, pending.amount)
    case 'cancel':
      return pending !== null
    case 'request':
      return pending === null && isLeft(model, action.amount)
    case 'resume':
      return model.pausedFrom !== null
    case 'pause':
      return model.pausedFrom === null
    case 'payment':
      return approvals !== null
    case 'approve':
      return proposalFor(action, model, now) !== null
    case 'execute':
      return executable(model, now) !== null
    case 'steal':
      return model.rights.asThief(action.whose, 'stranger') !== 'no_copy'
    case 'withdrawPart':
      return accrued >= action.amount
    case 'claimVault':
      return model.rights.waitsFor(model.rights.owner, 'owner')
    case 'claimSeat':
      return approvals?.approvers.some((party) => model.rights.waitsFor(party, 'approver')) ?? false
    default:
      return true
  }
}

const isLeft = (model: VaultModel, amount: bigint | null): boolean => model.broughtBack(amount) !== null

function isAgreed({ pending, approvals }: VaultModel, now: number): boolean {
  if (approvals === null) return true
  const proposal = pending?.proposal ? approvals.find(pending.proposal, now) : null
  return proposal !== null && approvals.isApproved(proposal)
}
