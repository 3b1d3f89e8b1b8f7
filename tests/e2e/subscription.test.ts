import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  approve,
  connectAs,
  createSubscription,
  keepKey,
  PATIENT,
  type Visitor,
  visit,
} from '#tests/support/console-page.ts'
import { useDashboard } from '#tests/support/stack.ts'

let browser: Browser
let customer: Visitor
let page: Page

beforeAll(async () => {
  const { url } = await useDashboard()
  browser = await launchChromium()
  customer = await visit(browser, url)
  page = customer.page
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  await createSubscription(page, 'refilled', '2.00')
  await keepKey(page)
})
afterAll(() => browser?.close())

const left = (): Promise<string | null> =>
  page.locator('[data-figure="left"] [title]').first().getAttribute('title', PATIENT)

test('the owner deposits more FLOW from the subscription’s page', async () => {
  expect(await left()).toBe('2.00000000 FLOW')
  await page.getByRole('button', { name: 'Deposit FLOW' }).click()
  await page.getByLabel('Amount').fill('1.5')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await approve(page)
  await page.getByText('The deposit is in the vault.').waitFor(PATIENT)
  await expect.poll(left, PATIENT).toBe('3.50000000 FLOW')
})

test('an amount that is none, or more than the wallet holds, is refused before the wallet opens', async () => {
  for (const [typed, said] of [
    ['0', 'Give an amount above 0.'],
    ['1.123456789', 'at most 8 decimals'],
    ['ten', 'Give a number like 12.5'],
    ['99999999', 'Your wallet has'],
  ] as const) {
    await page.getByLabel('Amount').fill(typed)
    await page.getByRole('button', { name: 'Deposit', exact: true }).click()
    await page.getByText(said).last().waitFor(PATIENT)
    expect(await page.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('amount')
    expect(await page.locator('#FCL_IFRAME').count()).toBe(0)
  }
})

test('what the chain refuses is told in its own words, and nothing is deposited', async () => {
  // The page is made to believe that the account holds more than it does.
  const session: { address: string } = await (await page.request.get('/api/auth/session')).json()
  const config: { accessNode: string } = await (await page.request.get('/api/config')).json()
  await page.route(`${config.accessNode}/v1/accounts/${session.address}`, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ json: { ...(await answer.json()), balance: '99999999999999999' } })
  })
  await page.reload()
  await page.getByRole('button', { name: 'Deposit FLOW' }).click()
  await page.getByText('Your wallet has 999,999,999').waitFor(PATIENT)
  await page.getByLabel('Amount').fill('5000000')
  await page.getByRole('button', { name: 'Deposit', exact: true }).click()
  await approve(page)
  const notice = page.getByRole('alert').filter({ hasText: 'Nothing was deposited.' })
  await notice.waitFor(PATIENT)
  expect(await notice.textContent()).toContain('Cannot deposit!')
  expect(await left()).toBe('3.50000000 FLOW')
  await page.unrouteAll({ behavior: 'wait' })
})

test('figures that can’t be refreshed stay, are marked, and recover by themselves', async () => {
  await page.goto('/subscriptions')
  const tile = page.getByRole('article', { name: 'refilled' })
  await tile.waitFor(PATIENT)
  await page.route('**/api/vaults', (route) => route.abort())
  await page.getByText('These figures may be old.').waitFor(PATIENT)
  expect(await tile.locator('[data-figure="left"]').textContent()).toContain('3.50 FLOW')
  await page.unrouteAll()
  await page.getByText('These figures may be old.').waitFor({ state: 'hidden', ...PATIENT })
})

test('a transaction that was sent before a reload is followed to its end after it', async () => {
  await page.evaluate(() => {
    const known: { state: string }[] = JSON.parse(localStorage.getItem('flareflow.transactions') ?? '[]')
    const [first, ...rest] = known
    localStorage.setItem('flareflow.transactions', JSON.stringify([{ ...first, state: 'sent' }, ...rest]))
  })
  await page.reload()
  const states = (): Promise<string[]> =>
    page.evaluate(() =>
      (JSON.parse(localStorage.getItem('flareflow.transactions') ?? '[]') as { state: string }[]).map(
        ({ state }) => state,
      ),
    )
  await expect.poll(states, PATIENT).not.toContain('sent')
})
