import type { Party } from './actions.ts'

/** The vault's capabilities of one kind are numbered: with each transfer or renewal those of before die. */
type Numbered = Map<Party, number>

/**
 * Who holds which capability to a vault, dead ones too, and what waits in the inbox. Checks return null, or the reason
 * for which an act of the party is refused.
 */
export class VaultRights {
  owner: Party
  private handovers = 0
  private renewals = 0
  private isOver = false
  private readonly owners: Numbered
  private ownerWaits = false
  private readonly provider: Party
  private ofProvider: number | null = null
  private seatCount = 0
  private seats: Numbered = new Map()
  private readonly seatsHeld: Numbered = new Map()
  private readonly seatsWaiting = new Set<Party>()
  /** Copies that the stranger was given, by whose they are copies of. */
  private readonly copies = new Map<'owner' | 'provider', number>()

  constructor(owner: Party, provider: Party) {
    this.owner = owner
    this.provider = provider
    this.owners = new Map([[owner, 0]])
  }

  asOwner(party: Party): string | null {
    const held = this.owners.get(party)
    if (held === undefined) return 'not_owner'
    return held === this.handovers ? null : 'revoked'
  }

  /** Acts of the provider claim what waits for it on the way. */
  asProvider(party: Party): string | null {
    return party === this.provider && !this.isOver ? null : 'not_provider'
  }

  /** The provider acted, so it holds a capability of now. */
  providerActed(): void {
    this.ofProvider = this.providerNumber
  }

  /** The provider takes a new capability, and holds it at once. */
  renew(): string {
    this.renewals += 1
    this.providerActed()
    return 'done'
  }

  private get providerNumber(): number {
    return this.handovers + this.renewals
  }

  /** An act that doesn't look into the inbox when something is held already, be it dead. */
  asProviderOfBefore(party: Party): string | null {
    const isOfNow = this.ofProvider === null || this.ofProvider === this.providerNumber
    return party === this.provider && !this.isOver && isOfNow ? null : 'nil_forced'
  }

  asApprover(party: Party): string | null {
    const held = this.seatsHeld.get(party)
    if (held === undefined) return 'no_seat'
    return held === this.seats.get(party) ? null : 'seat_dead'
  }

  claimVault(party: Party): string {
    if (this.ownerWaits && party === this.owner) {
      this.owners.set(party, this.handovers)
      this.ownerWaits = false
    }
    return party === this.owner && !this.isOver && this.owners.has(party) ? 'done' : 'nothing_waits'
  }

  claimSeat(party: Party): string {
    const seat = this.seats.get(party)
    if (this.seatsWaiting.delete(party) && seat !== undefined) this.seatsHeld.set(party, seat)
    return this.seatsHeld.has(party) ? 'done' : 'nothing_waits'
  }

  /** Whether something waits for the party that an honest one would claim before it acts. */
  waitsFor(party: Party, as: 'owner' | 'approver'): boolean {
    return as === 'owner' ? this.ownerWaits && party === this.owner : this.seatsWaiting.has(party)
  }

  /** The holder gives the stranger a copy of its capability, dead or alive. */
  leak(whose: 'owner' | 'provider', holder: Party): string {
    const held = whose === 'owner' ? this.owners.get(holder) : holder === this.provider ? this.ofProvider : null
    if (held === undefined || held === null) return 'nil_forced'
    this.copies.set(whose, held)
    return 'done'
  }

  asThief(whose: 'owner' | 'provider', party: Party): string | null {
    if (party !== 'stranger') return 'no_copy'
    const held = this.copies.get(whose)
    if (held === undefined) return 'no_copy'
    return held === (whose === 'owner' ? this.handovers : this.providerNumber) ? null : 'revoked'
  }

  seat(approvers: readonly Party[]): void {
    const before = this.seats
    this.seats = new Map(approvers.map((party) => [party, before.get(party) ?? (this.seatCount += 1)]))
    for (const party of before.keys()) if (!this.seats.has(party)) this.seatsWaiting.delete(party)
    for (const party of approvers) if (!before.has(party)) this.seatsWaiting.add(party)
  }

  /** The vault is gone, and every capability to it dead. */
  end(): void {
    this.isOver = true
    this.handovers += 1
    this.ownerWaits = false
  }

  handOver(to: Party): void {
    this.owner = to
    this.handovers += 1
    this.ownerWaits = true
  }
}
