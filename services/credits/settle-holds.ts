import { consumeGrants } from '#lib/credits/consume-grants.ts'
import { type AccountState, affordable, decideHold } from '#lib/credits/decide-hold.ts'
import { judgeKnownHold } from '#lib/holds/known-hold.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import type { EndedHold, EndHold, Facts, PlacedHold, PlaceHold } from './schemas.ts'
import type { BookedAccount, BookedHold, BookRows, GrantUse, HoldEnd, HoldRenewal, NewHold } from './books-store.ts'
import type { GrantRow, NewTransfer } from './store.ts'

/** The books of a batch, and when they were read. */
export interface Books extends BookRows {
  readonly now: Date
}

export type HoldRequest =
  | ({ readonly kind: 'place' } & PlaceHold)
  | ({ readonly kind: 'end' } & EndHold)
  /** Ends a hold that nobody else did, and whose request left no trace. */
  | { readonly kind: 'expire'; readonly id: string; readonly accountId?: string }

/** Null: the request names an account or a hold that doesn't exist, or somebody else's. */
export type HoldAnswer = PlacedHold | EndedHold | null

/** What to write for a batch. */
interface Changes {
  readonly placed: NewHold[]
  readonly renewed: HoldRenewal[]
  readonly ended: HoldEnd[]
  readonly transfers: NewTransfer[]
  readonly grantUses: GrantUse[]
}

type KnownHold = Omit<BookedHold, 'id'>

const monthKey = (accountId: string, period: Period): string => `${accountId}/${period}`

/** The books in memory: applies requests one after another, as if each had the account to itself. */
class Desk {
  readonly changes: Changes = { placed: [], renewed: [], ended: [], transfers: [], grantUses: [] }
  readonly #now: Date
  readonly #period: Period
  readonly #accounts: Map<string, BookedAccount>
  readonly #months: Map<string, { spent: bigint; held: bigint }>
  readonly #holds: Map<string, KnownHold>
  readonly #grants: GrantRow[]

  constructor({ now, accounts, months, holds, grants }: Books) {
    this.#now = now
    this.#period = periodOf(now)
    this.#accounts = new Map(accounts.map((row) => [row.id, { ...row }]))
    this.#months = new Map(months.map((row) => [monthKey(row.accountId, row.period), { ...row }]))
    this.#holds = new Map(holds.map((row) => [row.id, row]))
    this.#grants = grants.map((row) => ({ ...row }))
  }

  answer(request: HoldRequest): HoldAnswer {
    if (request.kind === 'place') return this.#place(request)
    const hold = this.#holds.get(request.id)
    // Of an account that isn't locked nothing may be decided: the hold is somebody else's.
    if (!hold || !this.#accounts.has(hold.accountId)) return null
    if (hold.state !== 'held') return { state: hold.state, posted: usd(hold.posted ?? 0n), beyond: usd(0n) }
    if (request.kind === 'end' && request.cost !== null)
      return this.#post(request.id, hold, request.cost, request.facts)
    return this.#release(request.id, hold, request.kind === 'end' ? request.facts : {}, request.kind)
  }

  #place({ id, accountId, amount, expiresAt, facts }: PlaceHold): HoldAnswer {
    const before = this.#holds.get(id)
    if (before) return before.accountId === accountId ? this.#placeAgain(id, before, { amount, expiresAt }) : null
    const account = this.#accounts.get(accountId)
    if (!account) return null
    const state = this.#stateOf(account)
    const reason = decideHold(state, amount)
    if (reason) return { ok: false, reason, affordable: affordable(state) }
    const row = { id, accountId, period: this.#period, amount, facts, createdAt: this.#now, expiresAt }
    this.#move(row, { held: amount, spent: 0n })
    this.#holds.set(id, { ...row, state: 'held', posted: null })
    this.changes.placed.push(row)
    return { ok: true, amount }
  }

  /** A later try of a request goes on under the hold of the first, which stands for both: one of them is paid. */
  #placeAgain(id: string, hold: KnownHold, wanted: Pick<PlaceHold, 'amount' | 'expiresAt'>): PlacedHold {
    const { state, amount, expiresAt } = hold
    // The sweeper may be ending it: what is sent now would be answered for nothing.
    if (state === 'held' && expiresAt <= this.#now) return { ok: false, reason: 'still_open', affordable: usd(0n) }
    const isHeld = state === 'held'
    const reason = judgeKnownHold({ isHeld, isPaid: state === 'posted', amount }, wanted.amount)
    if (reason) return { ok: false, reason, affordable: usd(isHeld ? amount : 0n) }
    if (wanted.expiresAt > expiresAt) this.changes.renewed.push({ id, expiresAt: wanted.expiresAt })
    return { ok: true, amount: usd(amount) }
  }

  #post(id: string, hold: KnownHold, cost: Usd, facts: Facts): EndedHold {
    const posted = usd(cost < hold.amount ? cost : hold.amount)
    const beyond = usd(cost - posted)
    const told = beyond > 0n ? { ...facts, beyondHold: beyond.toString() } : facts
    const { accountId, period } = hold
    this.#move(hold, { held: -hold.amount, spent: posted })
    this.#end(id, hold, { state: 'posted', posted, facts: told })
    if (posted > 0n) {
      this.#takeFromGrants(hold, posted)
      const books = { debit: `customer:${accountId}`, credit: 'revenue', kind: 'usage' as const }
      const line = { id: `usage:${id}`, accountId, amount: posted, period, facts: told, createdAt: this.#now }
      this.changes.transfers.push({ ...books, ...line })
    }
    return { state: 'posted', posted, beyond }
  }

  #release(id: string, hold: KnownHold, facts: Facts, why: 'end' | 'expire'): EndedHold {
    const state = why === 'end' ? 'void' : 'expired'
    this.#move(hold, { held: -hold.amount, spent: 0n })
    this.#end(id, hold, { state, posted: null, facts })
    return { state, posted: usd(0n), beyond: usd(0n) }
  }

  #end(id: string, hold: KnownHold, end: Omit<HoldEnd, 'id'>): void {
    this.changes.ended.push({ id, ...end })
    this.#holds.set(id, { ...hold, state: end.state, posted: end.posted })
  }

  #stateOf(account: BookedAccount): AccountState {
    const month = this.#monthOf(account.id, this.#period)
    return {
      isFrozen: account.status === 'frozen',
      balance: usd(account.balance - this.#endedOf(account.id)),
      held: usd(account.held),
      monthlyCap: account.monthlyCap === null ? null : usd(account.monthlyCap),
      monthSpent: usd(month.spent),
      monthHeld: usd(month.held),
    }
  }

  /** What is left of grants whose time is over, though nobody has taken it back yet. */
  #endedOf(accountId: string): bigint {
    const ended = this.#grants.filter((each) => each.accountId === accountId && each.expiresAt <= this.#now)
    return ended.reduce((sum, { remaining }) => sum + remaining, 0n)
  }

  #monthOf(accountId: string, period: Period): { spent: bigint; held: bigint } {
    const key = monthKey(accountId, period)
    const month = this.#months.get(key) ?? { spent: 0n, held: 0n }
    this.#months.set(key, month)
    return month
  }

  #move(hold: Pick<KnownHold, 'accountId' | 'period'>, { held, spent }: { held: bigint; spent: bigint }): void {
    const account = this.#accounts.get(hold.accountId)
    if (account) {
      account.held += held
      account.balance -= spent
    }
    const month = this.#monthOf(hold.accountId, hold.period)
    month.held += held
    month.spent += spent
  }

  /** A request is paid by grants that hadn't ended when its hold was placed. */
  #takeFromGrants({ accountId, createdAt }: KnownHold, cost: Usd): void {
    const open = this.#grants.filter(
      (grant) => grant.accountId === accountId && grant.remaining > 0n && grant.expiresAt > createdAt,
    )
    const uses = consumeGrants(
      open.map(({ id, remaining, expiresAt }) => ({ id, remaining: usd(remaining), expiresAt })),
      cost,
    )
    for (const { id, used } of uses) {
      const grant = open.find((each) => each.id === id)
      if (grant) grant.remaining -= used
      this.changes.grantUses.push({ id, used })
    }
  }
}

/** Decides a batch of requests on the books: an answer for each, in their order, and what to write. */
export function settleHolds(books: Books, requests: readonly HoldRequest[]) {
  const desk = new Desk(books)
  const answers = requests.map((request) => desk.answer(request))
  return { answers, ...desk.changes }
}
