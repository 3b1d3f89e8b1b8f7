import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { useDashboard } from '#tests/support/stack.ts'

/**
 * What a first visit may cost, in bytes of gzipped scripts. React, Next's router and SWR alone are 146 kB of it;
 * the wallet, dialogs and transactions come when they are opened.
 */
const MOST_BYTES = 170_000

let url: string
beforeAll(async () => {
  ;({ url } = await useDashboard())
})

const textOf = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text()

/** Scripts that the page's own HTML names; old browsers' polyfills are marked `noModule` and never fetched. */
async function scriptsOf(path: string): Promise<string[]> {
  const tags = (await textOf(path)).match(/<script [^>]*>/g) ?? []
  const sources = tags.filter((tag) => !/nomodule/i.test(tag)).map((tag) => /src="([^"]+)"/.exec(tag)?.[1])
  return [...new Set(sources.filter((source) => source !== undefined))]
}

test.each([
  '/',
  '/trust',
  '/verify',
  '/subscriptions',
  '/subscriptions/new',
  '/subscriptions/1',
  '/subscriptions/1/key',
  '/subscriptions/1/settings',
  '/approvals',
  '/revenue',
  '/usage',
  '/credits',
  '/credits/keys',
  '/credits/keys/new',
  '/byok',
  '/playground',
  '/admin/credits',
  '/docs/api',
])('the first load of %s is no heavier than it has to be, and has no wallet in it', async (path) => {
  const scripts = await scriptsOf(path)
  expect(scripts.length).toBeGreaterThan(0)
  const texts = await Promise.all(scripts.map(textOf))
  expect(texts.join('')).not.toContain('FCL:VIEW:READY')
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0)
  expect(bytes).toBeLessThan(MOST_BYTES)
})
