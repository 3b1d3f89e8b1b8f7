import * as t from '@onflow/types'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type CadenceArguments,
  type CadenceInput,
  encodeArgument,
  encodeArguments,
} from '#lib/flow/cadence-argument.ts'

test('the TypeScript type of an argument follows from its Cadence type', () => {
  expectTypeOf<CadenceInput<'UFix64'>>().toEqualTypeOf<string>()
  expectTypeOf<CadenceInput<'UInt64?'>>().toEqualTypeOf<bigint | null>()
  expectTypeOf<CadenceInput<'[[String]]'>>().toEqualTypeOf<ReadonlyArray<readonly string[]>>()
  expectTypeOf<CadenceInput<'{String: Bool}'>>().toEqualTypeOf<Readonly<Record<string, boolean>>>()
  expectTypeOf<CadenceArguments<readonly [{ name: 'id'; type: 'UInt64' }]>>().toEqualTypeOf<{ readonly id: bigint }>()
})

test.each<[string, unknown]>([
  ['UFix64', 5],
  ['UFix64', '-1.0'],
  ['UFix64', '1.000000001'],
  ['UFix64', '1e3'],
  ['UFix64', ''],
  ['UFix64', '184467440737.09551616'],
  ['UInt64', 2n ** 64n],
  ['UInt64', -1n],
  ['UInt8', 256],
  ['Int8', -129],
  ['UInt32', 1.5],
  ['UInt32', '7'],
  ['UInt64', Number.MAX_SAFE_INTEGER + 1],
  ['Address', 'f8d6e0586b0a20c7'],
  ['Address', '0xf8d6'],
  ['Bool', 'true'],
  ['String', 1],
  ['String', undefined],
  ['[String]', 'a'],
  ['{String: Bool}', [true]],
  ['&Account', 'x'],
])('%s does not take %o', (type, value) => {
  expect(() => encodeArgument(type, value)).toThrow(/^argument value: /)
})

test.each<[string, string, { asArgument(value: unknown): unknown }, unknown]>([
  ['UFix64', '12.50000001', t.UFix64, '12.50000001'],
  ['UInt64', '18446744073709551615', t.UInt64, 2n ** 64n - 1n],
  ['Address', '0xf8d6e0586b0a20c7', t.Address, '0xf8d6e0586b0a20c7'],
  ['Bool', 'true', t.Bool, true],
  ['String?', 'nil', t.Optional(t.String), null],
  ['[[String]]', 'lists', t.Array(t.Array(t.String)), [['a'], []]],
])('%s %s is written as FCL writes it', (type, _shown, fclType, value) => {
  const fclValue = typeof value === 'bigint' ? value.toString() : value
  expect(encodeArgument(type, value)).toEqual(fclType.asArgument(fclValue))
})

describe('arguments by name', () => {
  const parameters = [
    { name: 'to', type: 'Address' },
    { name: 'amounts', type: '[UFix64]' },
  ]

  test('are written in the order of the parameters', () => {
    const args = { amounts: ['1', '2.50'], to: '0xf8d6e0586b0a20c7' }
    expect(encodeArguments(parameters, args)).toEqual([
      { type: 'Address', value: '0xf8d6e0586b0a20c7' },
      {
        type: 'Array',
        value: [
          { type: 'UFix64', value: '1.0' },
          { type: 'UFix64', value: '2.50' },
        ],
      },
    ])
  })

  test('the one that does not fit is named, and one too many as well', () => {
    const to = '0xf8d6e0586b0a20c7'
    expect(() => encodeArguments(parameters, { to, amounts: ['1', 'x'] })).toThrow('argument amounts[1]: ')
    expect(() => encodeArguments(parameters, { to })).toThrow('argument amounts: a list is needed')
    expect(() => encodeArguments(parameters, { to, amounts: [], memo: '' })).toThrow('argument memo: no such parameter')
  })
})
