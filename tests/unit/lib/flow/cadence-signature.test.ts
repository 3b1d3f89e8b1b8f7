import { expect, test } from 'vitest'
import { parseParameters } from '#lib/flow/cadence-signature.ts'

const named = (code: string) => parseParameters(code).map(({ name, type }) => `${name}: ${type}`)

test.each<[string, string, string[]]>([
  ['no list', 'transaction { }', []],
  ['an empty list', 'transaction() { }', []],
  ['simple types', 'transaction(to: Address, amount: UFix64) { }', ['to: Address', 'amount: UFix64']],
  [
    'nested types',
    'transaction(a: [[String]], b: {String:UFix64}, c: UInt64?) {}',
    ['a: [[String]]', 'b: {String: UFix64}', 'c: UInt64?'],
  ],
  ['labels', 'access(all) fun main(_ a: Int, of b: Bool): Int { return 1 }', ['a: Int', 'b: Bool']],
  ['a list over several lines', 'transaction(\n  a: Int, // first, of two\n  b: Int,\n) {}', ['a: Int', 'b: Int']],
  [
    'a word in a comment',
    '/// This transaction(x: Int) is\n/* transaction(y: Int) */ transaction(z: Int) {}',
    ['z: Int'],
  ],
  ['a word in a string', 'access(all) let t = "transaction(x: Int)"\ntransaction(z: Int) {}', ['z: Int']],
  ['functions before main', 'access(all) fun other(x: Int) {}\naccess(all) fun main(y: Int) {}', ['y: Int']],
  ['a type with parentheses', 'transaction(a: auth(Storage, Keys) &Account) {}', ['a: auth(Storage,Keys)&Account']],
])('%s', (_case, code, parameters) => {
  expect(named(code)).toEqual(parameters)
})

test('code that is neither a transaction nor a script is refused', () => {
  expect(() => parseParameters('access(all) contract A {}')).toThrow('no transaction and no main')
  expect(() => parseParameters('transaction(a: Int')).toThrow('not closed')
  expect(() => parseParameters('transaction(a Int) {}')).toThrow('Not a parameter: a Int')
})
