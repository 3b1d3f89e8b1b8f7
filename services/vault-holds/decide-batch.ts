import { judgeKnownHold } from '#lib/holds/known-hold.ts'
import { affordableOf, decideVaultHold, type VaultFunds, withVaultHold } from '#lib/keys/decide-vault-hold.ts'
import type { KeyBlockReason } from '#lib/keys/key-blocks.ts'
import {
  leftBelowCapUsd,
  payableUsd,
  type PeriodUsage,
  reasonsBesideFunds,
  unsettledUsdOf,
  type VaultStanding,
} from '#lib/keys/judge-vault.ts'
import { type ModelPlaces, withRequest } from '#lib/keys/model-places.ts'
import { flow, type Usd, usd, usdPerFlow } from '#lib/money/units.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import type { Schedule } from '#lib/pricing/schedule.ts'
import { tokensWithin, worstPrice, worstPriceOf } from '#lib/pricing/worst-price.ts'
import type { PlacedVaultHold, PlaceVaultHold } from './schemas.ts'
import type { NewHold, ReportRow, Standing } from './store.ts'

export interface Books {
  readonly now: Date
  readonly reports: readonly ReportRow[]
  readonly standing: Standing
  /** Of the open period, and of the one before. */
  readonly schedules: ReadonlyMap<Period, Schedule>
}

/** An answer, and when the chain said what it rests on; `answer` is null when the chain never said anything. */
export interface Decision {
  readonly answer: PlacedVaultHold | null
  readonly asOf: Date | null
}

interface Account {
  readonly asOf: Date
  readonly keyHash: string | null
  readonly blocks: readonly KeyBlockReason[]
  funds: VaultFunds
  places: ModelPlaces
}

/** Decides requests one after another, as if each had its vault to itself: an answer for each, and what to write. */
export function decideBatch(
  books: Books,
  requests: readonly PlaceVaultHold[],
): { decisions: Decision[]; placed: NewHold[] } {
  const { now, standing } = books
  const accounts = new Map(books.reports.map((row) => [BigInt(row.vault_id), openAccount(books, row)]))
  const known = new Map((standing.holds ?? []).map((hold) => [hold.id, hold]))
  const metered = new Set(standing.metered)
  const placed: NewHold[] = []

  function decide(request: PlaceVaultHold): Decision {
    const before = known.get(request.id)
    if (before && BigInt(before.vault) === request.vaultId) {
      return decideAgain(books, request, { ...before, isPaid: metered.has(request.id) })
    }
    // It has been answered and counted: there is nothing left to hold for.
    if (metered.has(request.id) || metered.has(`${request.id}:failure`)) return granted(usd(0n), now)
    const account = accounts.get(request.vaultId)
    if (!account) return { answer: null, asOf: null }
    const amount = priceOf(books, request)
    const { asOf, blocks } = account
    // A key that was replaced is refused too.
    const funds = { ...account.funds, isBlocked: blocks.length > 0 || account.keyHash !== request.keyHash }
    const reason = decideVaultHold(funds, amount)
    if (reason) {
      const affordable = affordableOf(funds)
      const affordableTokens = tokensFor(books, request, affordable)
      return { answer: { ok: false, reason, blocks, amount, affordable, affordableTokens }, asOf }
    }
    const places = withRequest(account.places, request.models)
    if (!places) return { answer: { ...NO_ROOM, amount }, asOf: now }
    account.funds = withVaultHold(account.funds, amount)
    account.places = places
    placed.push(holdOf(request, amount, now))
    known.set(request.id, {
      id: request.id,
      vault: request.vaultId.toString(),
      amount: amount.toString(),
      isHeld: true,
    })
    return { answer: { ok: true, amount }, asOf }
  }

  return { decisions: requests.map(decide), placed }
}

const NO_ROOM = { ok: false, reason: 'too_many_models', blocks: [], affordable: usd(0n), affordableTokens: 0n } as const

/** The one that answers; null where it may be another. */
const modelOf = ({ models }: PlaceVaultHold): string | null => (models?.length === 1 ? (models[0] ?? null) : null)

function holdOf(request: PlaceVaultHold, amount: Usd, createdAt: Date): NewHold {
  const { models, ...rest } = request
  const model = modelOf(request)
  const facts = models && model === null ? { ...rest.facts, models } : rest.facts
  return { ...rest, model, facts, amount, createdAt }
}

interface KnownHold {
  readonly amount: string
  readonly isHeld: boolean
  /** What failed is not paid. */
  readonly isPaid: boolean
}

/** A later try of a request goes on under the hold of the first, which stands for both. */
function decideAgain(books: Books, request: PlaceVaultHold, { isHeld, isPaid, ...known }: KnownHold): Decision {
  const [held, amount] = [usd(BigInt(known.amount)), priceOf(books, request)]
  const reason = judgeKnownHold({ isHeld, isPaid, amount: held }, amount)
  if (!reason) return granted(held, books.now)
  const affordable = isHeld ? held : usd(0n)
  const affordableTokens = tokensFor(books, request, affordable)
  return { answer: { ok: false, reason, blocks: [], amount, affordable, affordableTokens }, asOf: books.now }
}

const granted = (amount: Usd, asOf: Date): Decision => ({ answer: { ok: true, amount }, asOf })

function scheduleOf({ schedules }: Books, period: Period): Schedule {
  const schedule = schedules.get(period)
  if (!schedule) throw new Error(`no schedule of ${period}`)
  return schedule
}

function priceOf(books: Books, request: PlaceVaultHold): Usd {
  const { tokens } = request
  const model = modelOf(request)
  const schedule = scheduleOf(books, periodOf(books.now))
  return model === null ? worstPrice(schedule, tokens) : worstPriceOf(schedule, tokens, model)
}

function tokensFor(books: Books, request: PlaceVaultHold, amount: Usd): bigint {
  const schedule = scheduleOf(books, periodOf(books.now))
  return tokensWithin(schedule, amount, modelOf(request))
}

function openAccount(books: Books, row: ReportRow): Account {
  const { now, standing } = books
  const vault = standingOf(row)
  const period = periodOf(now)
  const usage = usageOf(books, row)
  const rate = row.usd_per_flow === null ? null : usdPerFlow(BigInt(row.usd_per_flow))
  const key = standing.keys?.find((each) => each.vault === row.vault_id)
  const open = standing.held?.filter((each) => each.vault === row.vault_id) ?? []
  const beside = reasonsBesideFunds(vault, key?.maker ?? '', { now, settleDelayMs: row.settle_delay_ms })
  return {
    asOf: knownAt(row, key?.made_at),
    keyHash: key?.hash ?? null,
    blocks: [...new Set([...(key?.blocks ?? []), ...(key ? beside : [])])],
    funds: {
      isBlocked: false,
      payable: payableUsd(vault, usage, { usdPerFlow: rate }),
      held: usd(open.reduce((sum, { amount }) => sum + BigInt(amount), 0n)),
      leftBelowCap: leftBelowCapUsd(vault, usage, { period }),
    },
    places: placesOf(books, row.vault_id, open),
  }
}

/** A request in flight is of the open month, or of the one before: it takes its place in the open one. */
function placesOf({ now, standing }: Books, vaultId: string, open: NonNullable<Standing['held']>): ModelPlaces {
  const period = periodOf(now)
  const used = (standing.used ?? []).filter((each) => each.vault === vaultId && each.period === period)
  const held = open.flatMap(({ models }) => models ?? [])
  const unnamed = open.reduce((sum, { models, requests }) => sum + (models ? 0 : requests), 0)
  return { names: new Set([...used.map(({ model }) => model), ...held]), unnamed }
}

/** When the chain was as the report says: it was read then, or nothing has happened to the vault until then. */
function knownAt({ read_at, terms_read_at, followed_at }: ReportRow, keyMadeAt: string | undefined): Date {
  const readAt = new Date(read_at).getTime()
  // Vaults are followed from the making of their key on.
  const isFollowed = followed_at !== null && keyMadeAt !== undefined && new Date(keyMadeAt).getTime() <= readAt
  const followedAt = isFollowed ? new Date(followed_at).getTime() : readAt
  return new Date(Math.min(Math.max(readAt, followedAt), new Date(terms_read_at).getTime()))
}

function usageOf(books: Books, { vault_id, settled }: ReportRow): PeriodUsage[] {
  const rows = (books.standing.used ?? []).filter(({ vault }) => vault === vault_id)
  return [...Map.groupBy(rows, ({ period }) => period)].map(([period, models]) => {
    const used = new Map(models.map(({ model, tokens }) => [model, BigInt(tokens)]))
    const tokens = [...used.values()].reduce((sum, each) => sum + each, 0n)
    const known = books.schedules.get(period)
    const schedule = known ?? scheduleOf(books, periodOf(books.now))
    // A clock that is ahead may tell of usage in the month to come: it is priced as high as any can be.
    const priceUsd = known ? priceUsage(known, used).usd : worstPrice(schedule, tokens)
    return { period, priceUsd, unsettledUsd: unsettledUsdOf(schedule, tokens, BigInt(settled[period] ?? '0')) }
  })
}

const moneyOrNull = (text: string | null): Usd | null => (text === null ? null : usd(BigInt(text)))
const timeOrNull = (text: string | null): Date | null => (text === null ? null : new Date(text))

const standingOf = (row: ReportRow): VaultStanding => ({
  owner: row.owner,
  status: row.status,
  balance: flow(BigInt(row.balance)),
  accrued: flow(BigInt(row.accrued)),
  uncovered: flow(BigInt(row.uncovered)),
  creditUsd: usd(BigInt(row.credit_usd)),
  period: row.period,
  chargedUsd: usd(BigInt(row.charged_usd)),
  capUsd: moneyOrNull(row.cap_usd),
  pendingCap: row.pending_cap_usd === null ? null : { limit: usd(BigInt(row.pending_cap_usd)) },
  pendingReturn: row.return_asked
    ? { amount: row.return_amount === null ? null : flow(BigInt(row.return_amount)) }
    : null,
  expiresAt: timeOrNull(row.expires_at),
  pausedFrom: timeOrNull(row.paused_from),
})
