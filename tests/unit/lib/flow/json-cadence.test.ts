import { expect, test } from 'vitest'
import { decodeCadence } from '#lib/flow/json-cadence.ts'

test.each<[string, unknown, unknown]>([
  ['a number stays text', { type: 'UInt64', value: '18446744073709551615' }, '18446744073709551615'],
  ['an amount stays text', { type: 'UFix64', value: '0.00000001' }, '0.00000001'],
  ['nothing', { type: 'Void' }, undefined],
  ['nil', { type: 'Optional', value: null }, null],
  ['an optional value', { type: 'Optional', value: { type: 'Bool', value: false } }, false],
  ['a list', { type: 'Array', value: [{ type: 'String', value: 'a' }] }, ['a']],
  [
    'a dictionary',
    { type: 'Dictionary', value: [{ key: { type: 'UInt64', value: '7' }, value: { type: 'Bool', value: true } }] },
    { 7: true },
  ],
  [
    'a struct',
    { type: 'Struct', value: { id: 'A.1.B.C', fields: [{ name: 'x', value: { type: 'Int', value: '1' } }] } },
    { x: '1' },
  ],
  [
    'a path, which nobody reads',
    { type: 'Path', value: { domain: 'public', identifier: 'x' } },
    '{"domain":"public","identifier":"x"}',
  ],
])('%s', (_case, json, plain) => {
  expect(decodeCadence(json)).toEqual(plain)
})

test.each([[null], ['text'], [{}], [{ type: 'Array', value: {} }], [{ type: 'Struct', value: null }]])(
  '%j is no Cadence value',
  (json) => {
    expect(() => decodeCadence(json)).toThrow('A Cadence value')
  },
)
