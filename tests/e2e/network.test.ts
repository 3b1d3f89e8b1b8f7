import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import { connectAs, PATIENT, visit } from '#tests/support/console-page.ts'
import { type OtherWeb, startOnNetwork } from '#tests/support/other-network.ts'
import { useDashboard } from '#tests/support/stack.ts'

let browser: Browser
let local: { url: string; home: string }
let testnet: OtherWeb

beforeAll(async () => {
  local = await useDashboard()
  testnet = await startOnNetwork(local.home, 'testnet', {})
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await testnet?.[Symbol.asyncDispose]()
})

const statusOf = async (url: string, path: string, init: RequestInit = {}): Promise<number> =>
  (await fetch(`${url}${path}`, init)).status

const signRequest = (url: string, address: string): RequestInit => ({
  method: 'POST',
  headers: { origin: url, 'content-type': 'application/json' },
  body: JSON.stringify({ address, kind: 'user-message', message: '00' }),
})

test('the development wallet is there on the local network, and nowhere on another', async () => {
  const { accounts } = JSON.parse(readFileSync(join(local.home, 'accounts.json'), 'utf8'))
  const address: string = accounts.find(({ name }: { name: string }) => name === 'customer').address
  for (const page of ['authn', 'authz', 'user-signature']) {
    expect(await statusOf(local.url, `/dev-wallet/${page}`)).toBe(200)
    expect(await statusOf(testnet.url, `/dev-wallet/${page}`)).toBe(404)
  }
  expect(await statusOf(local.url, '/dev-wallet/other')).toBe(404)
  expect(await statusOf(local.url, '/api/dev-wallet/accounts')).toBe(200)
  expect(await statusOf(testnet.url, '/api/dev-wallet/accounts')).toBe(404)
  expect(await statusOf(local.url, '/api/dev-wallet/sign', signRequest(local.url, address))).toBe(200)
  expect(await statusOf(testnet.url, '/api/dev-wallet/sign', signRequest(testnet.url, address))).toBe(404)
})

test('with the local accounts configured, another network is not served at all', async () => {
  const accountsFile = { LOCAL_ACCOUNTS_FILE: join(local.home, 'accounts.json') }
  await using web = await startOnNetwork(local.home, 'testnet', accountsFile)
  expect(await statusOf(web.url, '/dev-wallet/authn').catch(() => 'refused')).not.toBe(200)
  await expect.poll(() => web.output(), PATIENT).toContain('the development wallet is local only')
})

test('a session of the local network is none on another', async () => {
  await using visitor = await visit(browser, local.url)
  const { page, context } = visitor
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  const cookies = await context.cookies(local.url)
  expect(cookies.map(({ name }) => name)).toContain('flareflow_session')

  // Cookies don't know ports: the same browser brings the same session to the other dashboard.
  await page.goto(`${testnet.url}/subscriptions`)
  await page.getByText('Connect your wallet to see your subscriptions.').waitFor(PATIENT)
  await page.getByText('Testnet').first().waitFor(PATIENT)
  expect((await page.request.get(`${testnet.url}/api/vaults`)).status()).toBe(401)
  await page.goto('/subscriptions')
  await page.getByRole('link', { name: 'Create New' }).waitFor(PATIENT)
})

test('on testnet the wallet is FCL’s discovery, in a frame that the policy allows', async () => {
  await using visitor = await visit(browser, testnet.url)
  const { page } = visitor
  const asked: string[] = []
  await page.route(/fcl-discovery\.onflow\.org/, (route) => {
    asked.push(route.request().url())
    return route.fulfill({ status: 200, contentType: 'text/html', body: '<p>a wallet of your choice</p>' })
  })
  await page.goto('/')
  await page.getByRole('banner').getByRole('button', { name: 'Connect Wallet' }).click()
  await page.frameLocator('#FCL_IFRAME').getByText('a wallet of your choice').waitFor(PATIENT)
  expect(asked.some((url) => url.startsWith('https://fcl-discovery.onflow.org/testnet/authn'))).toBe(true)
  expect(visitor.faults).toEqual([])
})

test('while Flow can’t be reached, a page says what is the matter and offers to try again', async () => {
  await using web = await startOnNetwork(local.home, 'emulator', { FLOW_ACCESS_NODE: 'http://127.0.0.1:9' })
  await using visitor = await visit(browser, web.url)
  const { page } = visitor
  for (const path of ['/', '/subscriptions']) {
    const answer = await page.goto(path)
    expect(answer?.status()).toBe(500)
    await page.getByRole('heading', { level: 1, name: 'This page can’t be shown right now' }).waitFor(PATIENT)
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    expect(await page.content()).not.toContain('127.0.0.1:9')
  }
})
