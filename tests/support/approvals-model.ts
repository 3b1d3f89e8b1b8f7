import { periodOf } from '#lib/period/period.ts'
import { LimitModel } from './limit-model.ts'
import type { Party } from './actions.ts'

export const PROPOSAL_KINDS = ['takeBack', 'transfer', 'payment', 'policy'] as const
export type ProposalKind = (typeof PROPOSAL_KINDS)[number]

export interface PolicyModel {
  readonly approvers: readonly Party[]
  readonly required: number
  readonly threshold: bigint | null
}

export interface ProposalModel {
  readonly id: bigint
  readonly kind: ProposalKind
  readonly amount: bigint | null
  readonly to: Party | null
  /** Of a proposal of the kind `policy` null ends the approvals. */
  readonly policy: PolicyModel | null
  readonly expiresAt: number
  readonly approvedBy: readonly Party[]
}

const PROPOSAL_SECONDS = 604_800

export const periodAt = (now: number): number => periodOf(new Date(now * 1_000))

/** What is wrong with a policy. */
export const isValid = ({ approvers, required }: PolicyModel): boolean => required >= 1 && required <= approvers.length

/** M of N approvers of a vault, their open proposals, and what was paid in the period with and without them. */
export class ApprovalsModel {
  approvers: readonly Party[] = []
  required = 0
  beyond = 0n
  readonly threshold = new LimitModel()
  readonly proposals = new Map<ProposalKind, ProposalModel>()
  private count = 0n
  private paid = 0n
  private period = 0

  paidInPeriod(now: number): bigint {
    return this.period === periodAt(now) ? this.paid : 0n
  }

  /** What may still be paid in this period; null is any amount. */
  allowance(now: number): bigint | null {
    const threshold = this.threshold.at(now)
    return threshold === null ? null : this.within(threshold, now) + this.beyond
  }

  /** An open proposal, by its number. */
  find(id: bigint, now: number): ProposalModel | null {
    return [...this.proposals.values()].find((each) => each.id === id && now < each.expiresAt) ?? null
  }

  isApproved({ approvedBy }: ProposalModel): boolean {
    return approvedBy.filter((party) => this.approvers.includes(party)).length >= this.required
  }

  propose(kind: ProposalKind, content: Partial<ProposalModel>, now: number, delay: number): bigint {
    this.count += 1n
    const [id, expiresAt] = [this.count, now + delay + PROPOSAL_SECONDS]
    this.proposals.set(kind, { amount: null, to: null, policy: null, ...content, kind, id, expiresAt, approvedBy: [] })
    return id
  }

  /** Adds an approval; returns the proposal with it, or why it doesn't count. */
  approve(id: bigint, by: Party, now: number): ProposalModel | string {
    const open = this.find(id, now)
    if (open === null) return 'no_proposal'
    if (open.approvedBy.includes(by)) return 'approved_already'
    const approved = { ...open, approvedBy: [...open.approvedBy, by] }
    this.proposals.set(open.kind, approved)
    return approved
  }

  /** An open proposal that has its approvals, or why there is none. */
  agreed(id: bigint, now: number): ProposalModel | string {
    const open = this.find(id, now)
    if (open === null) return 'no_proposal'
    return this.isApproved(open) ? open : 'not_approved'
  }

  /** Uses up a proposal that has its approvals; returns it, or why it can't be used. */
  useUp(id: bigint, now: number): ProposalModel | string {
    const open = this.agreed(id, now)
    if (typeof open === 'string') return open
    this.proposals.delete(open.kind)
    if (open.kind === 'payment') this.beyond += open.amount ?? 0n
    return open
  }

  countPayment(amount: bigint, now: number): void {
    const threshold = this.threshold.at(now)
    const within = threshold === null ? amount : this.within(threshold, now)
    this.beyond -= amount > within ? amount - within : 0n
    this.paid = this.paidInPeriod(now) + amount
    this.period = periodAt(now)
  }

  adopt({ approvers, required, threshold }: PolicyModel, now: number, delay: number): void {
    this.proposals.clear()
    this.beyond = 0n
    this.approvers = approvers
    this.required = required
    this.threshold.set(threshold, now, delay)
  }

  private within(threshold: bigint, now: number): bigint {
    const paid = this.paidInPeriod(now)
    return threshold > paid ? threshold - paid : 0n
  }
}
