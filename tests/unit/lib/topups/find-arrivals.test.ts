import { expect, test } from 'vitest'
import { contractAddresses } from '#lib/flow/addresses.ts'
import { findArrivals } from '#lib/topups/find-arrivals.ts'

const CONTRACTS = '0x00000000000000c0'
const TREASURY = '0x0000000000000070'
const [ALICE, BOB] = ['0x00000000000000a1', '0x00000000000000b0']
const addresses = contractAddresses('emulator', CONTRACTS)
const FLOW = 'A.0ae53cb6e3f42a79.FlowToken.Vault'

type Told = readonly [name: string, data: Record<string, unknown>]
const token = (kind: 'Withdrawn' | 'Deposited', data: Record<string, unknown>): Told => [
  `A.ee82856bf20e2aa6.FungibleToken.${kind}`,
  { type: FLOW, amount: '1.00000000', ...data },
]
const out = (from: string | null, uuid: string, more = {}) => token('Withdrawn', { from, withdrawnUUID: uuid, ...more })
const into = (to: string | null, uuid: string, more = {}) => token('Deposited', { to, depositedUUID: uuid, ...more })
const ours = (name: string, data: Record<string, unknown> = {}): Told => [
  `A.${CONTRACTS.slice(2)}.UsageBasedSubscriptions.${name}`,
  { id: '7', amount: '1.00000000', balanceAfter: '2.00000000', ...data },
]
const arrivals = (...events: readonly Told[]) =>
  findArrivals(
    events.map(([type, data], eventIndex) => ({ type, eventIndex, data })),
    { treasury: TREASURY, addresses },
  )
const paid = (eventIndex: number, from: string | null, vaultId: bigint | null = null) => ({
  eventIndex,
  amount: 100_000_000n,
  from,
  vaultId,
})

test.each<[string, readonly Told[], readonly object[]]>([
  ['a transfer', [out(ALICE, '1'), into(TREASURY, '1')], [paid(1, ALICE)]],
  [
    'two transfers',
    [out(ALICE, '1'), out(BOB, '2'), into(TREASURY, '2'), into(TREASURY, '1')],
    [paid(2, BOB), paid(3, ALICE)],
  ],
  ['a transfer to somebody else', [out(ALICE, '1'), into(BOB, '1')], []],
  ['another token', [out(ALICE, '1', { type: 'A.1.Coin.Vault' }), into(TREASURY, '1', { type: 'A.1.Coin.Vault' })], []],
  ['FLOW from nowhere', [into(TREASURY, '1')], [paid(0, null)]],
  ['FLOW of a vault that lies in no account', [out(null, '1'), into(TREASURY, '1')], [paid(1, null)]],
  ['less than was withdrawn', [out(ALICE, '1', { amount: '2.00000000' }), into(TREASURY, '1')], [paid(1, null)]],
  ['no FLOW at all', [out(ALICE, '1', { amount: '0.00000000' }), into(TREASURY, '1', { amount: '0.00000000' })], []],
  ['the treasury itself', [out(TREASURY, '1'), into(TREASURY, '1')], []],
  [
    'what the treasury’s account is made with',
    [['flow.AccountCreated', { address: TREASURY }], out(ALICE, '1'), into(TREASURY, '1'), into(TREASURY, '2')],
    [],
  ],
  [
    'a payment beside the making of another account',
    [['flow.AccountCreated', { address: BOB }], out(ALICE, '1'), into(TREASURY, '1')],
    [paid(2, ALICE)],
  ],
  [
    'an owner’s payment',
    [out(CONTRACTS, '1'), ours('Refunded', { to: ALICE }), into(TREASURY, '1')],
    [paid(2, ALICE, 7n)],
  ],
  [
    'a payment to the provider',
    [out(CONTRACTS, '1'), into(TREASURY, '1'), ours('PaidAutomatically', { to: TREASURY })],
    [],
  ],
  ['what the contracts’ account sends', [out(CONTRACTS, '1'), into(TREASURY, '1')], []],
  [
    'a payment to the provider beside an owner’s refund of as much',
    [
      out(CONTRACTS, '1'),
      ours('Refunded', { to: ALICE }),
      into(ALICE, '1'),
      out(CONTRACTS, '2'),
      into(TREASURY, '2'),
      ours('PaidAutomatically', { to: TREASURY }),
    ],
    [],
  ],
  [
    'the same in the other order',
    [
      out(CONTRACTS, '2'),
      into(TREASURY, '2'),
      ours('PaidAutomatically', { to: TREASURY }),
      out(CONTRACTS, '1'),
      ours('Refunded', { to: ALICE }),
      into(ALICE, '1'),
    ],
    [],
  ],
])('%s', (_name, events, found) => {
  expect(arrivals(...events)).toEqual(found)
})

test('the order of events is theirs, not that in which a node tells them', () => {
  const told = [ours('Refunded', { to: ALICE }), out(CONTRACTS, '1'), into(TREASURY, '1')]
  const indices = [1, 0, 2]
  const events = told.map(([type, data], i) => ({ type, data, eventIndex: indices[i] ?? 0 }))
  expect(findArrivals(events, { treasury: TREASURY, addresses })).toEqual([paid(2, ALICE, 7n)])
})

/** The rule that looks right: as much FLOW was taken back in the transaction as arrived. */
test('a rule that goes by amounts would credit what a provider was paid', () => {
  const amounts = (events: readonly Told[]) => {
    const refunded = events.some(([name]) => name.endsWith('.Refunded'))
    return events.filter(([name, { to }]) => name.endsWith('.Deposited') && to === TREASURY && refunded)
  }
  const attack = [
    out(CONTRACTS, '1'),
    ours('Refunded', { to: ALICE }),
    into(ALICE, '1'),
    out(CONTRACTS, '2'),
    into(TREASURY, '2'),
    ours('PaidAutomatically', { to: TREASURY }),
  ]
  expect(amounts(attack)).toHaveLength(1)
  expect(arrivals(...attack)).toEqual([])
})
