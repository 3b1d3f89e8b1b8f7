import { usd, usdPerFlow } from '#lib/money/units.ts'
import { priceUsage, usdToFlow } from '#lib/pricing/price-usage.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'

/** What a vault should be after a sequence of actions, computed without the contract. Amounts in units of 1e-8. */
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
  /** What the owner asked for; null is everything, undefined nothing. */
  requested: bigint | null | undefined = undefined
  readonly id: bigint

  constructor(id: bigint, deposit: bigint) {
    this.id = id
    this.deposits = deposit
  }

  get balance(): bigint {
    return this.deposits - this.paid - this.refunded
  }

  /** Takes a reading; returns whether it settles or why it doesn't. */
  settle(sequence: bigint, usage: Record<string, bigint>, rate: bigint): string {
    if (sequence === this.sequence && sequence > 0n) return this.repeats(usage) ? 'duplicate' : 'sequence_reused'
    if (sequence < this.sequence || sequence === 0n) return 'sequence_too_low'
    if (Object.entries(this.usage).some(([model, tokens]) => (usage[model] ?? -1n) < tokens)) return 'count_fell'
    if (this.closed) return 'vault_closed'
    const price: bigint = priceUsage(DEFAULT_SCHEDULE, new Map(Object.entries(usage))).usd
    const change = price - this.chargedUsd
    const fromCredit = change < 0n ? change : change < this.creditUsd ? change : this.creditUsd
    this.creditUsd -= fromCredit
    this.chargedUsd = price
    this.usage = usage
    this.sequence = sequence
    if (change > 0n) this.accrue(usdToFlow(usd(change - fromCredit), usdPerFlow(rate)))
    this.payAutomatically()
    return 'settled'
  }

  deposit(amount: bigint): void {
    this.deposits += amount
    const debt = this.uncovered
    this.uncovered = 0n
    this.accrue(debt)
    this.payAutomatically()
  }

  setAutomatic(enabled: boolean): void {
    this.automatic = enabled
    this.payAutomatically()
  }

  withdraw(): void {
    this.paid += this.accrued
    this.accrued = 0n
  }

  takeBack(): void {
    const free = this.balance - this.accrued
    const { requested } = this
    this.requested = undefined
    this.refunded += requested === null || requested === undefined || requested > free ? free : requested
    if (requested !== null) return
    this.withdraw()
    this.closed = true
    this.creditUsd = 0n
    this.uncovered = 0n
  }

  /** The part of a report that the model speaks about. */
  expected(): Record<string, unknown> {
    const { id, deposits, paid, refunded, accrued, uncovered, balance, creditUsd, automatic, closed, requested } = this
    const status = closed ? 'closed' : requested === null ? 'closing' : 'active'
    const money = { deposits, paid, refunded, accrued, uncovered, balance }
    const use = { creditUsd, chargedUsd: this.chargedUsd, tokens: this.usage, lastSequence: this.sequence }
    return { id, status, automaticPayment: automatic, ...money, ...use }
  }

  private repeats(usage: Record<string, bigint>): boolean {
    const models = Object.keys(usage)
    return models.length === Object.keys(this.usage).length && models.every((name) => usage[name] === this.usage[name])
  }

  private accrue(amount: bigint): void {
    const free = this.balance - this.accrued
    const covered = amount < free ? amount : free
    this.accrued += covered
    this.uncovered += amount - covered
  }

  private payAutomatically(): void {
    if (this.automatic) this.withdraw()
  }
}
