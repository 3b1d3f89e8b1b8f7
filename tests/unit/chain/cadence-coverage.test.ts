import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { coverageFaults, coverageReport } from '#tests/support/cadence-coverage.ts'
import { readExplanations, staleExplanations } from '#tests/support/cadence-explanations.ts'
import { sentencesOf } from '#tests/support/cadence-sentences.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flareflow-coverage-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const keep = (name: string, hits: Record<string, number>, refusals: string[] = []) =>
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ lines: [['BillingPeriod', hits]], refusals }))

describe('a line that never ran in any test', () => {
  test('is a fault when nobody explains it', () => {
    keep('first', { 9: 1, 10: 0 })
    keep('second', { 9: 0, 10: 0 }, [
      'BillingPeriod.startOf: Cannot tell when a period starts! 1 is no month. Give a month as YYYYMM.',
    ])
    const faults = coverageFaults(folder).filter((fault) => fault.startsWith('BillingPeriod'))
    expect(faults).toEqual([expect.stringMatching(/^BillingPeriod:10 is neither covered nor explained: return period/)])
    expect(coverageReport(folder)).toMatch(/BillingPeriod +50.0 % of 2 lines, 1 of 1 refusals; not covered: 10/)
  })

  test('is none when another test ran it', () => {
    keep('first', { 9: 1, 10: 0 })
    keep('second', { 9: 0, 10: 1 })
    expect(coverageFaults(folder).filter((fault) => fault.startsWith('BillingPeriod:10'))).toEqual([])
  })
})

test('a sentence that nobody was refused with is a fault', () => {
  keep('first', { 9: 1 })
  expect(coverageFaults(folder)).toContainEqual(
    expect.stringMatching(
      /^BillingPeriod:\d+ is neither covered nor explained: self.isPeriod\(period\): "BillingPeriod/,
    ),
  )
})

describe('a sentence', () => {
  const source = [
    'access(all) contract Shop {',
    '    let path = "Shop.path".concat(id)',
    '    if a { panic("Shop.buy: Cannot buy ".concat(count.toString(base: 10)).concat(" (or more)!")',
    '        .concat(" Pay.")) }',
    '    pre { a: "Shop.sell: Cannot sell! Not \\"here\\"." }',
    '}',
  ].join('\n')

  test('is found with its line, and matches whatever is put in', () => {
    const found = sentencesOf('Shop', source)
    expect(found.map(({ line }) => line)).toEqual([3, 5])
    expect('error: Shop.buy: Cannot buy 12 (or more)! Pay. at 3').toMatch(found[0]?.pattern ?? /never/)
    expect('Shop.buy: Cannot buy 12 (or more)!').not.toMatch(found[0]?.pattern ?? /never/)
    expect('Shop.sell: Cannot sell! Not (here).').not.toMatch(found[0]?.pattern ?? /never/)
  })
})

describe('an explanation', () => {
  const readme = [
    '| `Shop` | UTC months |',
    '| `Shop` | `panic("Shop: Cannot!")` | Nobody can. |',
    '| `Shop` | `b` | `c` |',
  ].join('\n')

  test('is a row with a contract, its code, and a reason', () => {
    expect([...readExplanations(readme)]).toEqual([['Shop', new Map([['panic("Shop: Cannot!")', 'Nobody can.']])]])
  })

  test('is stale when its code is covered or gone', () => {
    const explanations = readExplanations(readme)
    expect(staleExplanations(explanations, () => ['panic("Shop: Cannot!")'])).toEqual([])
    expect(staleExplanations(explanations, () => [])).toEqual([
      'cadence/README.md explains what is covered, or gone: Shop, panic("Shop: Cannot!")',
    ])
  })
})
