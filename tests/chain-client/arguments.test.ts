import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { encodeArgument } from '#lib/flow/cadence-argument.ts'
import { formatFlow, MAX_UNITS, parseFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import { type AccessNode, createAccessNode } from '#services/clients/flow/access-node.ts'
import { runScript } from '#services/clients/flow/run-script.ts'
import { runs } from '#tests/property/runs.ts'
import { useChain } from '#tests/support/stack.ts'

let node: AccessNode

beforeAll(async () => {
  node = createAccessNode((await useChain()).accessNode, 10_000)
})

/** The chain reads a value of the type and writes it back. */
const echo = (type: string, value: unknown) =>
  runScript(node, `access(all) fun main(value: ${type}): ${type} { return value }`, [encodeArgument(type, value)])

const units = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX_UNITS }),
  fc.constantFrom(0n, 1n, 99_999_999n, 100_000_000n, 2n ** 53n - 1n, 2n ** 53n + 1n, MAX_UNITS),
)

test('every amount goes to the chain and comes back to the last unit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(units, { minLength: 1, maxLength: 200 }), async (amounts) => {
      const texts = amounts.map((amount) => formatFlow(flow(amount)))
      expect(await echo('[UFix64]', texts)).toEqual(texts)
      expect(texts.map((text) => parseFlow(text))).toEqual(amounts)
    }),
    runs(10),
  )
})

test('the chain sees the number that was meant, not only the same text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(units, { minLength: 1, maxLength: 200 }), async (amounts) => {
      const code = 'access(all) fun main(all: [UFix64]): [UInt64] { return all.map(fun (amount: UFix64): UInt64 {'
      const raw = 'return UInt64.fromBigEndianBytes(amount.toBigEndianBytes())! }) }'
      const texts = amounts.map((amount) => formatFlow(flow(amount)))
      const seen = await runScript(node, `${code} ${raw}`, [encodeArgument('[UFix64]', texts)])
      expect(seen).toEqual(amounts.map(String))
    }),
    runs(10),
  )
})

test.each<[string, unknown, unknown]>([
  ['UFix64', '7', '7.00000000'],
  ['UFix64', '7.5', '7.50000000'],
  ['UInt64', 2n ** 64n - 1n, '18446744073709551615'],
  ['UInt256', 2n ** 256n - 1n, (2n ** 256n - 1n).toString()],
  ['Int64', -(2n ** 63n), (-(2n ** 63n)).toString()],
  ['UInt32', 202_611, '202611'],
  ['String', 'ünï "code" \\ \n', 'ünï "code" \\ \n'],
  ['Address', '0xF8D6E0586B0A20C7', '0xf8d6e0586b0a20c7'],
  ['Bool', true, true],
  ['String?', null, null],
  ['String?', 'x', 'x'],
  ['[[UInt64]]', [[1n, 2n], []], [['1', '2'], []]],
  ['{String: UFix64}', { a: '1.0' }, { a: '1.00000000' }],
  ['[UInt64?]', [1n, null], ['1', null]],
])('%s %s arrives as it was', async (type, value, seen) => {
  expect(await echo(type, value)).toEqual(seen)
})
