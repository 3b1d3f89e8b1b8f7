import { DEFAULT_SCHEDULE, type Schedule } from '#lib/pricing/schedule.ts'
import { previousPeriod } from '#lib/period/period.ts'
import { periodAt } from './approvals-model.ts'
import { OPEN_VAULTS, type Party } from './actions.ts'
import { endOf, scheduleFor } from './usage-model.ts'
import { VaultModel } from './vault-model.ts'

interface WorldSettings {
  readonly graceSeconds: number
  readonly noticeSeconds: number
  readonly delaySeconds: number
  /** What a new vault needs, and one that stays open keeps when FLOW is taken back. */
  readonly minimumDeposit: bigint
}

interface RateModel {
  readonly usdPerFlow: bigint
  readonly source: string
  readonly setAt: number
}

export interface VaultOpening {
  readonly id: bigint
  readonly deposit: bigint
  readonly owner: Party
  readonly provider: Party
}

const RATE_MAX_AGE = 3_600
const RATE_MAX_FACTOR = 2n
const RATE_WINDOW = 86_400

/** All that a run's vaults share: time, rate, schedules, and who has how much FLOW outside. */
export class WorldModel {
  now: number
  rate: RateModel
  /** All rates that were in force, the first one first. */
  private readonly rates: RateModel[]
  /** Where rates come from now, and from when they come from elsewhere. */
  private source: { readonly before: string | null; readonly name: string | null; readonly from: number }
  schedules: readonly Schedule[] = [{ ...DEFAULT_SCHEDULE, effectiveFrom: 200_001 }]
  /** A vault that was closed gives its place to a new one. */
  readonly open: VaultModel[] = []
  readonly all: VaultModel[] = []
  readonly flow: Map<Party, bigint>
  /** Those whose FLOW vault nobody can pay into. */
  readonly withoutReceiver = new Set<Party>()
  /** Providers with the second from which their registration counts. */
  readonly registered: Map<Party, number>
  /** The second from which the oracle's appointment counts. */
  oracleFrom: number
  /** All FLOW there is, as it was first seen. */
  supply: string | null = null
  readonly graceSeconds: number
  readonly noticeSeconds: number
  readonly delaySeconds: number
  readonly minimumDeposit: bigint

  constructor(now: number, rate: RateModel, flow: ReadonlyMap<Party, bigint>, settings: WorldSettings) {
    this.now = now
    this.rate = rate
    this.rates = [rate]
    this.source = { before: null, name: rate.source, from: now }
    this.flow = new Map(flow)
    this.oracleFrom = now
    this.registered = new Map([
      ['provider', now],
      ['rival', now],
    ])
    this.graceSeconds = settings.graceSeconds
    this.noticeSeconds = settings.noticeSeconds
    this.delaySeconds = settings.delaySeconds
    this.minimumDeposit = settings.minimumDeposit
  }

  get period(): number {
    return periodAt(this.now)
  }

  openVault(slot: number, opened: VaultOpening): VaultModel {
    const model = new VaultModel(this, opened)
    this.move(opened.owner, -opened.deposit)
    this.open[slot] = model
    this.all.push(model)
    return model
  }

  /** The vault of a slot; beyond the open ones, one that was closed if there is any. */
  vaultAt(slot: number): VaultModel {
    const closed =
      this.all.findLast((each) => each.closed && !each.archived) ?? this.all.findLast((each) => each.closed)
    const found = slot < OPEN_VAULTS ? this.open[slot] : (closed ?? this.open[0])
    if (!found) throw new Error(`There is no vault at ${slot}.`)
    return found
  }

  /** Whether the period has begun and still takes readings. */
  takesReadings(period: number): boolean {
    return period !== 0 && period <= this.period && this.now < endOf(period) + this.graceSeconds
  }

  move(party: Party, amount: bigint): void {
    this.flow.set(party, (this.flow.get(party) ?? 0n) + amount)
  }

  /** Why no reading settles now, or null. */
  get rateRefusal(): string | null {
    if (this.rateSource === null) return 'rate_missing'
    return !this.isRateFixed && this.now > this.rate.setAt + RATE_MAX_AGE ? 'rate_stale' : null
  }

  private get rateSource(): string | null {
    const { before, name, from } = this.source
    return this.now >= from ? name : before
  }

  private get isRateFixed(): boolean {
    return this.rate.source === 'fixed' && this.rateSource === 'fixed'
  }

  setRate(usdPerFlow: bigint, source: string): string {
    if (usdPerFlow === 0n) return 'zero'
    if (source !== this.rateSource) return 'other_source'
    const moves = (from: bigint) => usdPerFlow > from * RATE_MAX_FACTOR || from > usdPerFlow * RATE_MAX_FACTOR
    if (this.recentRates.some(moves)) return 'rate_jumps'
    this.rate = { usdPerFlow, source, setAt: this.now }
    this.rates.push(this.rate)
    return 'done'
  }

  /** The rates that were in force at any time of this window and the one before. */
  private get recentRates(): bigint[] {
    const start = (Math.floor(this.now / RATE_WINDOW) - 1) * RATE_WINDOW
    const atStart = this.rates.findLast(({ setAt }) => setAt < start)
    return [...(atStart ? [atStart] : []), ...this.rates.filter(({ setAt }) => setAt >= start)].map(
      (rate) => rate.usdPerFlow,
    )
  }

  nameRateSource(name: string): string {
    this.source = { before: this.rateSource, name, from: this.now + this.noticeSeconds }
    return 'done'
  }

  removeRateSource(): string {
    if (this.source.name === null) return 'no_source'
    this.source = { before: null, name: null, from: this.now }
    return 'done'
  }

  offerReceiver(party: Party, offered: boolean): string {
    if (offered) this.withoutReceiver.delete(party)
    else this.withoutReceiver.add(party)
    return 'done'
  }

  /** The oracle is removed, and appointed anew with the same key. */
  reappoint(): string {
    this.oracleFrom = this.now + this.noticeSeconds
    return 'done'
  }

  toggleRegistration(provider: Party): string {
    const removed = this.registered.delete(provider)
    if (!removed) this.registered.set(provider, this.now + this.noticeSeconds)
    return 'done'
  }

  isRegistered(provider: Party): boolean {
    return this.now >= (this.registered.get(provider) ?? Infinity)
  }

  publish(schedule: Omit<Schedule, 'version'>): string {
    const { effectiveFrom } = schedule
    if (endOf(previousPeriod(effectiveFrom)) <= this.now + this.noticeSeconds) return 'no_notice'
    if (effectiveFrom < scheduleFor(this.schedules, 999_912).effectiveFrom) return 'before_the_last'
    this.schedules = [...this.schedules, { ...schedule, version: BigInt(this.schedules.length) + 1n }]
    return 'done'
  }

  /** The end of this month, and of the time in which the last one still takes readings. */
  get monthEnd(): number {
    return endOf(this.period)
  }

  get graceEnd(): number {
    const ofLast = endOf(previousPeriod(this.period)) + this.graceSeconds
    return ofLast > this.now ? ofLast : this.monthEnd + this.graceSeconds
  }

  /** The instants ahead at which something starts or ends to act, soonest first. */
  get turns(): number[] {
    const ofRate = this.isRateFixed ? [this.source.from] : [this.source.from, this.rate.setAt + RATE_MAX_AGE + 1]
    const ofVaults = this.open.flatMap((model) => turnsOf(model, this.now))
    const all = [...ofVaults, ...ofRate, this.oracleFrom, this.monthEnd, this.graceEnd]
    return [...new Set(all)].filter((time) => time > this.now).toSorted((a, b) => a - b)
  }
}

/** When the passing of time alone changes what may be done at a vault. */
function turnsOf({ approvals, cap, pending, expiresAt, pausedFrom }: VaultModel, now: number): number[] {
  const proposals = [...(approvals?.proposals.values() ?? [])].map((proposal) => proposal.expiresAt)
  const changes = [cap.pendingAt(now), approvals?.threshold.pendingAt(now), pending].map((change) => change?.actsAt)
  const times = [...proposals, ...changes, pausedFrom, expiresAt === null ? null : expiresAt + 1]
  return times.flatMap((time) => time ?? [])
}
