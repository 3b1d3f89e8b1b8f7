import fc from 'fast-check'
import { expect, test } from 'vitest'
import { consumeGrants } from '#lib/credits/consume-grants.ts'
import { type AccountState, affordable, decideHold, withHold } from '#lib/credits/decide-hold.ts'
import { DEFAULT_PRICE_LIST, POWERS, TIERS } from '#lib/credits/price-list.ts'
import { priceRequest } from '#lib/credits/price-request.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { runs } from './runs.ts'

const amount = fc.bigInt(0n, 1_000n).map(usd)
const account: fc.Arbitrary<AccountState> = fc
  .record({
    isFrozen: fc.boolean(),
    balance: amount,
    share: fc.bigInt(0n, 100n),
    monthlyCap: fc.option(amount),
    monthSpent: amount,
    monthShare: fc.bigInt(0n, 100n),
  })
  .map(({ share, monthShare, ...rest }) => {
    const held = usd((rest.balance * share) / 100n)
    return { ...rest, held, monthHeld: usd((held * monthShare) / 100n) }
  })
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, each) => all + each, 0n)

test('accepted holds never add up to more than the balance, nor to more than the cap', () => {
  fc.assert(
    fc.property(account, fc.array(amount, { maxLength: 20 }), (start, wanted) => {
      let state = start
      for (const each of wanted) if (decideHold(state, each) === null) state = withHold(state, each)
      expect(state.held <= state.balance).toBe(true)
      const isCapped = state.held > start.held && state.monthlyCap !== null
      expect(!isCapped || state.monthSpent + state.monthHeld <= (state.monthlyCap ?? 0n)).toBe(true)
    }),
    runs(),
  )
})

test('what is said to be affordable is accepted, and one unit more is not', () => {
  fc.assert(
    fc.property(account, (state) => {
      const most = affordable(state)
      expect(most === 0n || decideHold(state, most) === null).toBe(true)
      expect(decideHold(state, usd(most + 1n))).not.toBeNull()
    }),
    runs(),
  )
})

test('a refusal is called final only if it stays one after all holds are released', () => {
  fc.assert(
    fc.property(account, amount, (state, wanted) => {
      const refusal = decideHold(state, wanted)
      const afterwards = decideHold({ ...state, held: usd(0n), monthHeld: usd(0n) }, wanted)
      const isFinal = refusal !== null && refusal !== 'funds_held' && refusal !== 'cap_held'
      expect(afterwards !== null).toBe(isFinal)
    }),
    runs(),
  )
})

test('a cost is taken from the grants that end first, never more than they have nor than it is', () => {
  const grant = fc.record({
    id: fc.uuid(),
    remaining: amount,
    expiresAt: fc.date({ min: new Date(0), max: new Date(1e12), noInvalidDate: true }),
  })
  fc.assert(
    fc.property(fc.uniqueArray(grant, { selector: ({ id }) => id, maxLength: 8 }), amount, (grants, cost) => {
      const used = new Map(consumeGrants(grants, cost).map(({ id, used: taken }) => [id, taken]))
      const all = sum(grants.map(({ remaining }) => remaining))
      expect(sum([...used.values()])).toBe(cost < all ? cost : all)
      for (const { id, remaining, expiresAt } of grants) {
        const taken = used.get(id) ?? 0n
        expect(taken <= remaining).toBe(true)
        const later = grants.filter((other) => other.expiresAt > expiresAt && (used.get(other.id) ?? 0n) > 0n)
        expect(later.length === 0 || taken === remaining).toBe(true)
      }
    }),
    runs(),
  )
})

test('a request costs no less with more tokens, and splitting it never makes it dearer', () => {
  const tokens = fc.bigInt(0n, 10n ** 9n)
  const request = fc.record({
    provider: fc.constantFrom('openai', 'together', 'groq', 'deepinfra'),
    model: fc.constant('any'),
    power: fc.constantFrom(...POWERS),
    tier: fc.constantFrom(...TIERS),
  })
  fc.assert(
    fc.property(request, tokens, tokens, (priced, a, b) => {
      const price = (count: bigint): Usd => priceRequest(DEFAULT_PRICE_LIST, priced, count) ?? usd(-1n)
      expect(price(a + b) >= price(a) + price(b)).toBe(true)
      expect(price(a + b) - price(a) - price(b) <= 1n).toBe(true)
      expect(price(a) >= 0n).toBe(true)
    }),
    runs(),
  )
})
