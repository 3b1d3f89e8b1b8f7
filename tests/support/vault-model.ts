import { usd, usdPerFlow } from '#lib/money/units.ts'
import { priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'

export type ProposalKind = 'takeBack' | 'transfer' | 'payment' | 'policy'

interface Proposal {
  readonly id: bigint
  readonly amount: bigint
  readonly to: string
  /** Null ends the approvals; undefined in a threshold is none. */
  readonly policy: { readonly threshold: bigint | null } | null
  approved: boolean
}

/** One approver's agreement, and how much left without and with it. */
interface Approvals {
  threshold: bigint | null
  paid: bigint
  beyond: bigint
  count: bigint
  readonly proposals: Map<ProposalKind, Proposal>
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/**
 * What a vault should be after a sequence of actions, computed without the contract. Amounts in units of 1e-8. Each
 * act returns whether it is allowed; one that is not changes nothing. The settle delay is taken to be over at once.
 */
export class VaultModel {
  deposits = 0n
  paid = 0n
  refunded = 0n
  accrued = 0n
  uncovered = 0n
  creditUsd = 0n
  chargedUsd = 0n
  usage: Record<string, bigint> = {}
  sequence = 0n
  automatic = false
  closed = false
  paused = false
  cap: bigint | null = null
  approvals: Approvals | null = null
  /** What the owner asked for; null is everything, undefined nothing. */
  requested: bigint | null | undefined = undefined
  readonly id: bigint
  owner: string
  /** How often it was given to an owner, be it the same: each time its capability is another. */
  handovers = 0

  constructor(id: bigint, deposit: bigint, owner: string) {
    this.id = id
    this.deposits = deposit
    this.owner = owner
  }

  get balance(): bigint {
    return this.deposits - this.paid - this.refunded
  }

  get withdrawable(): bigint {
    const { approvals } = this
    if (approvals === null || approvals.threshold === null) return this.accrued
    return least(this.accrued, within(approvals) + approvals.beyond)
  }

  /** Takes a reading; returns whether it settles or why it doesn't. */
  settle(sequence: bigint, usage: Record<string, bigint>, rate: bigint): string {
    if (sequence === this.sequence && sequence > 0n) return this.repeats(usage) ? 'duplicate' : 'sequence_reused'
    if (sequence < this.sequence || sequence === 0n) return 'sequence_too_low'
    if (Object.entries(this.usage).some(([model, tokens]) => (usage[model] ?? -1n) < tokens)) return 'count_fell'
    if (this.closed) return 'vault_closed'
    const due = this.charge(priceUsage(DEFAULT_SCHEDULE, new Map(Object.entries(usage))).usd)
    this.usage = usage
    this.sequence = sequence
    this.accrue(usdToFlow(usd(due), usdPerFlow(rate)))
    this.payAutomatically()
    return 'settled'
  }

  deposit(amount: bigint): boolean {
    if (this.closed) return false
    this.deposits += amount
    const debt = this.uncovered
    this.uncovered = 0n
    this.accrue(debt)
    this.payAutomatically()
    return true
  }

  setAutomatic(enabled: boolean): boolean {
    this.automatic = enabled
    this.payAutomatically()
    return true
  }

  setCap(cap: bigint | null): boolean {
    if (!this.closed) this.cap = cap
    return !this.closed
  }

  setPaused(paused: boolean): boolean {
    if (this.closed || this.paused === paused) return false
    this.paused = paused
    return true
  }

  withdraw(): boolean {
    this.pay(this.withdrawable)
    return true
  }

  request(amount: bigint | null): boolean {
    if (this.closed) return false
    this.propose('takeBack', {})
    this.requested = amount
    return true
  }

  cancel(): boolean {
    if (this.requested === undefined) return false
    this.dropReturn()
    return true
  }

  takeBack(): boolean {
    const { requested, approvals } = this
    if (requested === undefined) return false
    if (approvals !== null && !approvals.proposals.get('takeBack')?.approved) return false
    approvals?.proposals.delete('takeBack')
    const free = this.balance - this.accrued
    this.requested = undefined
    this.refunded += requested === null ? free : least(requested, free)
    if (requested !== null) return true
    this.closed = true
    this.creditUsd = 0n
    this.uncovered = 0n
    return this.withdraw()
  }

  /** Null ends the approvals. The first time it acts at once, later it is a proposal. */
  setApprovers(policy: { readonly threshold: bigint | null } | null): boolean {
    if (this.closed || (policy === null && this.approvals === null)) return false
    if (this.approvals !== null) return this.propose('policy', { policy })
    this.dropReturn()
    this.adopt(policy)
    return true
  }

  requestPayment(amount: bigint): boolean {
    return this.approvals !== null && this.propose('payment', { amount })
  }

  transfer(to: string): boolean {
    if (this.approvals === null) this.handOver(to)
    else this.propose('transfer', { to })
    return true
  }

  /** The approver agrees, which carries the proposal out, unless that is the owner's to do. */
  approve(kind: ProposalKind): boolean {
    const { approvals } = this
    const proposal = approvals?.proposals.get(kind)
    if (!approvals || !proposal || proposal.approved) return false
    proposal.approved = true
    if (kind === 'takeBack') return true
    approvals.proposals.delete(kind)
    if (kind === 'policy') this.adopt(proposal.policy)
    if (kind === 'transfer') this.handOver(proposal.to)
    if (kind === 'payment') {
      approvals.beyond += proposal.amount
      this.payAutomatically()
    }
    return true
  }

  /** The part of a report that the model speaks about. */
  expected(): Record<string, unknown> {
    const { id, deposits, paid, refunded, accrued, uncovered, balance, creditUsd, requested, withdrawable } = this
    const running = requested === null ? 'closing' : this.paused ? 'paused' : 'active'
    const money = { deposits, paid, refunded, accrued, uncovered, balance, withdrawable, capUsd: this.cap }
    const use = { creditUsd, chargedUsd: this.chargedUsd, tokens: this.usage, lastSequence: this.sequence }
    return { id, status: this.closed ? 'closed' : running, automaticPayment: this.automatic, ...money, ...use }
  }

  /** What a period's new price makes due: a fall becomes credit, a rise up to the limit uses it first. */
  private charge(price: bigint): bigint {
    if (price < this.chargedUsd) {
      this.creditUsd += this.chargedUsd - price
      this.chargedUsd = price
      return 0n
    }
    const limit = this.paused ? this.chargedUsd : (this.cap ?? price)
    const target = least(limit, price)
    if (target <= this.chargedUsd) return 0n
    const rise = target - this.chargedUsd
    const used = least(rise, this.creditUsd)
    this.creditUsd -= used
    this.chargedUsd = target
    return rise - used
  }

  private repeats(usage: Record<string, bigint>): boolean {
    const models = Object.keys(usage)
    return models.length === Object.keys(this.usage).length && models.every((name) => usage[name] === this.usage[name])
  }

  private accrue(amount: bigint): void {
    const covered = least(amount, this.balance - this.accrued)
    this.accrued += covered
    this.uncovered += amount - covered
  }

  private payAutomatically(): void {
    if (this.automatic) this.withdraw()
  }

  private pay(amount: bigint): void {
    if (amount === 0n) return
    const { approvals } = this
    if (approvals !== null) {
      const free = approvals.threshold === null ? amount : within(approvals)
      approvals.beyond -= amount > free ? amount - free : 0n
      approvals.paid += amount
    }
    this.paid += amount
    this.accrued -= amount
  }

  private propose(kind: ProposalKind, content: Partial<Omit<Proposal, 'id' | 'approved'>>): boolean {
    if (this.approvals === null) return true
    this.approvals.count += 1n
    const proposal = { amount: 0n, to: '', policy: null, ...content, id: this.approvals.count, approved: false }
    this.approvals.proposals.set(kind, proposal)
    return true
  }

  private adopt(policy: { readonly threshold: bigint | null } | null): void {
    const threshold = policy?.threshold ?? null
    const before = this.approvals ?? { paid: 0n, beyond: 0n, count: 0n }
    this.approvals = policy === null ? null : { ...before, threshold, proposals: new Map() }
  }

  private handOver(to: string): void {
    this.owner = to
    this.handovers += 1
    this.dropReturn()
    this.approvals = null
  }

  private dropReturn(): void {
    this.requested = undefined
    this.approvals?.proposals.delete('takeBack')
  }
}

const within = ({ threshold, paid }: Approvals): bigint =>
  threshold === null || threshold < paid ? 0n : threshold - paid
