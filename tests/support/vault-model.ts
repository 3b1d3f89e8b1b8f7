import { ApprovalsModel, isValid, type PolicyModel, type ProposalKind, type ProposalModel } from './approvals-model.ts'
import { least, LimitModel } from './limit-model.ts'
import type { Party } from './actions.ts'
import { broughtBack, type PendingReturn } from './pending-return.ts'
import { type ReadingModel, UsageModel } from './usage-model.ts'
import { VaultRights } from './vault-rights.ts'
import type { VaultOpening, WorldModel } from './world-model.ts'

/**
 * What a vault should be after a sequence of actions, computed without the contract. Amounts in units of 1e-8, times in
 * Unix seconds. Each act returns `done`, or the reason for which it is refused and changes nothing.
 */
export class VaultModel {
  deposits = 0n
  paid = 0n
  refunded = 0n
  accrued = 0n
  uncovered = 0n
  automatic = false
  closed = false
  /** Only its totals are left. */
  archived = false
  pausedFrom: number | null = null
  expiresAt: number | null = null
  reminder: bigint | null = null
  pending: PendingReturn | null = null
  approvals: ApprovalsModel | null = null
  readonly cap = new LimitModel()
  readonly usage = new UsageModel()
  readonly rights: VaultRights
  readonly id: bigint
  readonly provider: Party
  private readonly world: WorldModel

  constructor(world: WorldModel, opened: VaultOpening) {
    this.world = world
    this.id = opened.id
    this.provider = opened.provider
    this.deposits = opened.deposit
    this.rights = new VaultRights(opened.owner, opened.provider)
  }

  get balance(): bigint {
    return this.deposits - this.paid - this.refunded
  }

  get withdrawable(): bigint {
    const allowance = this.approvals?.allowance(this.now) ?? null
    return allowance === null ? this.accrued : least(this.accrued, allowance)
  }

  get isPaused(): boolean {
    return this.pausedFrom !== null && this.now >= this.pausedFrom
  }

  get providerRegistered(): boolean {
    return this.world.isRegistered(this.provider)
  }

  /** What a request brings back now, or null. */
  broughtBack(amount: bigint | null): bigint | null {
    return broughtBack(amount, this.balance - this.accrued, this.world.minimumDeposit)
  }

  private get now(): number {
    return this.world.now
  }

  settle(reading: ReadingModel): string {
    if (this.archived) return 'vault_closed'
    const { world, closed } = this
    const isOver = this.isPaused || (this.expiresAt !== null && world.now > this.expiresAt)
    const limitUsd = (charged: bigint) => (isOver ? charged : this.cap.at(world.now))
    const due = this.usage.settle(reading, { world, closed, limitUsd })
    if (typeof due === 'string') return due
    this.accrue(due)
    this.payAutomatically()
    return 'done'
  }

  deposit(amount: bigint, by: Party): string {
    if (this.closed) return 'closed'
    if (amount === 0n) return 'zero'
    this.world.move(by, -amount)
    this.deposits += amount
    const debt = this.uncovered
    this.uncovered = 0n
    this.accrue(debt)
    this.payAutomatically()
    return 'done'
  }

  setAutomatic(enabled: boolean): string {
    return this.unlessClosed(() => {
      this.automatic = enabled
      this.payAutomatically()
    })
  }

  setCap(cap: bigint | null): string {
    return this.unlessClosed(() => this.cap.set(cap, this.now, this.world.delaySeconds))
  }

  setExpiry(expiresAt: number | null): string {
    if (this.closed) return 'closed'
    const loosens = expiresAt === null || (this.expiresAt !== null && expiresAt >= this.expiresAt)
    if (!loosens && expiresAt < this.now + this.world.delaySeconds) return 'expiry_too_soon'
    this.expiresAt = expiresAt
    return 'done'
  }

  setPaused(paused: boolean): string {
    if (this.closed) return 'closed'
    if (paused === (this.pausedFrom !== null)) return paused ? 'paused_already' : 'not_paused'
    this.pausedFrom = paused ? this.now + this.world.delaySeconds : null
    return 'done'
  }

  setReminder(below: bigint | null): string {
    return this.unlessClosed(() => (this.reminder = below))
  }

  /** Takes all that may be withdrawn. */
  withdrawAll(by: Party): string {
    this.pay(this.withdrawable, by)
    return 'done'
  }

  withdraw(amount: bigint, by: Party): string {
    if (amount === 0n) return 'zero'
    const allowance = this.approvals?.allowance(this.now) ?? null
    if (allowance !== null && amount > allowance) return 'above_threshold'
    if (amount > this.accrued) return 'above_accrued'
    this.pay(amount, by)
    return 'done'
  }

  /** `carelessly`: by a transaction that doesn't look at what would stay. */
  request(amount: bigint | null, carelessly = false): string {
    if (this.closed) return 'closed'
    if (amount === 0n) return 'zero'
    if (!carelessly && this.broughtBack(amount) === null) return 'leaves_too_little'
    const proposal = this.approvals === null ? null : this.propose('takeBack', { amount })
    this.pending = { amount, actsAt: this.now + this.world.delaySeconds, proposal }
    return 'done'
  }

  cancel(): string {
    if (this.pending === null) return 'nothing_requested'
    this.dropReturn()
    return 'done'
  }

  takeBack(by: Party): string {
    const { pending, approvals } = this
    if (pending === null) return 'nothing_requested'
    if (this.now < pending.actsAt) return 'too_early'
    const agreed = approvals?.agreed(pending.proposal ?? 0n, this.now)
    if (typeof agreed === 'string') return agreed
    const amount = this.broughtBack(pending.amount)
    if (amount === null) return 'leaves_too_little'
    if (agreed) approvals?.useUp(agreed.id, this.now)
    this.pending = null
    this.refunded += amount
    this.world.move(by, amount)
    if (pending.amount === null) this.close()
    return 'done'
  }

  /** The first time it acts at once, later it is a proposal. Null ends the approvals. */
  setApprovers(policy: PolicyModel | null): string {
    if (this.closed) return 'closed'
    if (policy === null && this.approvals === null) return 'no_approvals'
    if (policy !== null && !isValid(policy)) return 'policy_invalid'
    if (this.approvals !== null) this.propose('policy', { policy })
    else {
      this.dropReturn()
      this.adopt(policy)
    }
    return 'done'
  }

  requestPayment(amount: bigint): string {
    if (amount === 0n) return 'zero'
    if (this.approvals === null) return 'no_approvals'
    this.propose('payment', { amount, to: this.provider })
    return 'done'
  }

  grantCredit(usd: bigint): string {
    return usd === 0n && !this.closed ? 'zero' : this.unlessClosed(() => (this.usage.creditUsd += usd))
  }

  transfer(to: Party): string {
    return this.unlessClosed(() => (this.approvals === null ? this.handOver(to) : this.propose('transfer', { to })))
  }

  /** `alone`: without carrying out what has its approvals then. */
  approve(id: bigint, by: Party, alone: boolean): string {
    const { approvals } = this
    if (approvals === null) return 'no_approvals'
    const proposal = approvals.approve(id, by, this.now)
    if (typeof proposal === 'string') return proposal
    const carriesOut = !alone && proposal.kind !== 'takeBack' && approvals.isApproved(proposal)
    return carriesOut ? this.execute(id) : 'done'
  }

  /** Carries out what was approved; what the owner takes back only the owner takes. */
  execute(id: bigint): string {
    const { approvals } = this
    if (approvals === null) return 'no_approvals'
    if (approvals.find(id, this.now)?.kind === 'takeBack') return 'owner_takes'
    const proposal = approvals.useUp(id, this.now)
    if (typeof proposal === 'string') return proposal
    this.carryOut(proposal)
    return 'done'
  }

  /** Why it can't be removed from storage, or null. */
  get archiveRefusal(): string | null {
    if (this.archived) return 'archived'
    if (!this.closed) return 'open'
    if (this.balance > 0n) return 'holds_flow'
    return this.world.takesReadings(this.usage.latestPeriod) ? 'month_open' : null
  }

  archive(): string {
    const refusal = this.archiveRefusal
    if (refusal !== null) return refusal
    this.archived = true
    this.adopt(null)
    this.rights.end()
    return 'done'
  }

  private unlessClosed(act: () => unknown): string {
    if (!this.closed) act()
    return this.closed ? 'closed' : 'done'
  }

  private carryOut({ kind, to, policy }: ProposalModel): void {
    if (kind === 'policy') this.adopt(policy)
    if (kind === 'transfer' && to !== null) this.handOver(to)
    if (kind === 'payment') this.payAutomatically()
  }

  private close(): void {
    this.closed = true
    for (const kind of ['transfer', 'policy'] as const) this.approvals?.proposals.delete(kind)
    this.usage.creditUsd = 0n
    this.uncovered = 0n
    this.payProvider()
  }

  private accrue(amount: bigint): void {
    const covered = least(amount, this.balance - this.accrued)
    this.accrued += covered
    this.uncovered += amount - covered
  }

  private payAutomatically(): void {
    if (this.automatic) this.payProvider()
  }

  private payProvider(): void {
    if (!this.world.withoutReceiver.has(this.provider)) this.pay(this.withdrawable, this.provider)
  }

  private pay(amount: bigint, to: Party): void {
    if (amount === 0n) return
    this.approvals?.countPayment(amount, this.now)
    this.paid += amount
    this.accrued -= amount
    this.world.move(to, amount)
  }

  private propose(kind: ProposalKind, content: Partial<ProposalModel>): bigint | null {
    return this.approvals?.propose(kind, content, this.now, this.world.delaySeconds) ?? null
  }

  private adopt(policy: PolicyModel | null): void {
    this.rights.seat(policy?.approvers ?? [])
    this.approvals = policy === null ? null : (this.approvals ?? new ApprovalsModel())
    if (policy !== null) this.approvals?.adopt(policy, this.now, this.world.delaySeconds)
  }

  private handOver(to: Party): void {
    this.dropReturn()
    this.cap.cancelPending(this.now)
    if (!this.isPaused) this.pausedFrom = null
    this.adopt(null)
    this.rights.handOver(to)
  }

  private dropReturn(): void {
    if (this.pending === null) return
    this.pending = null
    this.approvals?.proposals.delete('takeBack')
  }
}
