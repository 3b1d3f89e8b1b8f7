import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { seriesId, type UsageSeries } from '#lib/metering/usage-series.ts'

const series: UsageSeries = {
  deploymentId: 'd1',
  account: 'vault:7',
  keyHash: 'ab'.repeat(32),
  accountKey: '',
  endUser: 'Zoë "Z" \u2028 😀',
  organization: '',
  feature: 'search',
  model: 'gpt-4',
  provider: 'openai',
}

test("a series' id is the first 128 bits of the SHA-256 of its columns as a JSON array", () => {
  const columns = ['d1', 'vault:7', 'ab'.repeat(32), series.endUser, '', 'search', 'gpt-4', 'openai']
  const hash = createHash('sha256').update(JSON.stringify(columns)).digest('hex')
  expect(seriesId(series).replaceAll('-', '')).toBe(hash.slice(0, 32))
  expect(seriesId(series)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('the key of a credit account makes another series, and none leaves the id as it is without such keys', () => {
  const columns = ['d1', 'vault:7', 'ab'.repeat(32), series.endUser, '', 'search', 'gpt-4', 'openai', 'key_1']
  const hash = createHash('sha256').update(JSON.stringify(columns)).digest('hex')
  expect(seriesId({ ...series, accountKey: 'key_1' }).replaceAll('-', '')).toBe(hash.slice(0, 32))
})

test('labels that move from one column to another are another series', () => {
  const moved = { ...series, feature: '', organization: 'search' }
  expect(seriesId(moved)).not.toBe(seriesId(series))
})
