import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  approve,
  connectAs,
  createSubscription,
  decline,
  keepKey,
  PATIENT,
  sidewaysPixels,
  type Visitor,
  visit,
} from '#tests/support/console-page.ts'
import { useDashboard } from '#tests/support/stack.ts'

/** One call of gpt-4o: 30 tokens at $0.02 per 1K × 1.5, at 1 USD per FLOW. */
const AFTER_ONE_CALL = '1.99910000 FLOW'
const AFTER_TWO_CALLS = '1.99820000 FLOW'
/** The local settle delay is 60 s; the page's timer and a busy machine take their part. */
const SETTLE_DELAY = { timeout: 120_000 }

let browser: Browser
let customer: Visitor
let page: Page
let client: OpenAI
let world: ChainWorld

const call = () =>
  client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Say hello.' }] })
const left = (): Promise<string | null> =>
  page.locator('[data-figure="left"] [title]').first().getAttribute('title', PATIENT)
const button = (name: string) => page.getByRole('button', { name, exact: true })
const amount = () => page.getByLabel('Amount to withdraw')

beforeAll(async () => {
  const { url, home } = await useDashboard()
  const config: { gatewayUrl: string; accessNode: string; contractAddress: string } = await (
    await fetch(`${url}/api/config`)
  ).json()
  const accountsFile = join(home, 'accounts.json')
  world = await openChainWorld({ ...config, accountsFile, accounts: JSON.parse(readFileSync(accountsFile, 'utf8')) })
  browser = await launchChromium()
  customer = await visit(browser, url)
  page = customer.page
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  const apiKey = await createSubscription(page, 'returned', '2.00')
  client = new OpenAI({ apiKey, baseURL: config.gatewayUrl })
  await keepKey(page)
  await call()
  await page.locator(`[data-figure="left"] [title="${AFTER_ONE_CALL}"]`).waitFor(PATIENT)
})
afterAll(() => browser?.close())

test('what is owed, or is no amount, is refused before the wallet opens', async () => {
  await button('Withdraw FLOW').click()
  for (const [typed, said] of [
    ['2', `Only ${AFTER_ONE_CALL} is left; the rest is owed.`],
    ['1.9', 'An open vault keeps 0.10000000 FLOW. Give at most 1.89910000 FLOW, or close the subscription.'],
    ['0', 'Give an amount above 0.'],
    ['ten', 'Give a number like 12.5'],
  ] as const) {
    await amount().fill(typed)
    await amount().press('Enter')
    await page.getByText(said).waitFor(PATIENT)
    expect(await amount().getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('withdraw-amount')
    expect(await page.locator('#FCL_IFRAME').count()).toBe(0)
  }
})

test('the dialog says from when it acts, fits a phone, closes by Escape and gives focus back', async () => {
  const dialog = page.getByRole('dialog', { name: 'Withdraw FLOW' })
  await page.setViewportSize({ width: 320, height: 640 })
  await dialog.getByText('you can take the FLOW 1 minute after it').waitFor(PATIENT)
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await sidewaysPixels(page)).toBe(0)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Withdraw FLOW')
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('a request that is declined keeps what was entered; an approved one is shown and can be cancelled', async () => {
  await button('Withdraw FLOW').click()
  await amount().fill('1.5')
  await button('Request FLOW').click()
  await decline(page)
  await page.getByText('You declined in the wallet.').waitFor(PATIENT)

  await button('Withdraw FLOW').click()
  expect(await amount().inputValue()).toBe('1.5')
  await button('Request FLOW').click()
  await approve(page)
  await page.getByText('You asked for 1.50000000 FLOW back.').waitFor(PATIENT)
  const actsAt = await page.locator('time[datetime]', { hasText: /:/ }).first().getAttribute('datetime')
  expect(Date.parse(actsAt ?? '')).toBeGreaterThan(Date.now())
  expect([await button('Take FLOW back').count(), await button('Withdraw FLOW').count()]).toEqual([0, 0])
  expect(await left()).toBe(AFTER_ONE_CALL)

  await page.getByText('The request is on chain.').waitFor(PATIENT)
  await button('Cancel request').click()
  await approve(page)
  await page.getByText('The request is cancelled.').waitFor(PATIENT)
  await button('Withdraw FLOW').waitFor(PATIENT)
  expect(await page.getByText('You asked for').count()).toBe(0)
})

test('closing blocks the key, gives back all but what was used until then, and pays that to the provider', async () => {
  await call()
  await expect.poll(left, PATIENT).toBe(AFTER_TWO_CALLS)
  await button('Withdraw FLOW').click()
  await page.getByLabel('Close subscription and take all back').check()
  await button('Request to close').click()
  await approve(page)
  await page.getByText('You asked to close this subscription').waitFor(PATIENT)
  await page.getByText('Closing', { exact: true }).waitFor(PATIENT)
  await page.getByText('The subscription is being closed. Cancel the closing to use the key.').first().waitFor(PATIENT)
  await expect(call()).rejects.toMatchObject({ status: 403, code: 'vault_blocked' })

  await button('Take FLOW back').waitFor(SETTLE_DELAY)
  await page.getByText(`${AFTER_TWO_CALLS} can be taken now.`).waitFor(PATIENT)
  // The local chain's clock shows when the last block was made: one has to be, after the delay.
  await world.newWallet()
  await button('Take FLOW back').click()
  await approve(page)
  await page.getByText('The FLOW is in your account.').waitFor(PATIENT)
  await page.getByText('Closed', { exact: true }).waitFor(PATIENT)
  expect(await button('Withdraw FLOW').count()).toBe(0)

  const id = new URL(page.url()).pathname.split('/').at(-1)
  const { vault } = await (await page.request.get(`/api/vaults/${id}`)).json()
  expect(vault).toMatchObject({
    status: 'closed',
    balance: '0.00000000',
    paid: '0.00180000',
    refunded: '1.99820000',
    pendingReturn: null,
  })
})

test('nothing on the way broke a script or the content security policy', () => {
  expect(customer.faults).toEqual([])
})
