import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  connectAs,
  createSubscription,
  keepKey,
  PATIENT,
  sidewaysPixels,
  type Visitor,
  visit,
} from '#tests/support/console-page.ts'
import { customerOf } from '#tests/support/llm-calls.ts'
import { picture } from '#tests/support/pictures.ts'
import { useDashboard } from '#tests/support/stack.ts'

let browser: Browser
let visitor: Visitor
let page: Page
let secret: string
let litellmUrl: string

beforeAll(async () => {
  const dashboard = await useDashboard()
  const { url } = dashboard
  ;({ litellmUrl } = dashboard)
  browser = await launchChromium()
  visitor = await visit(browser, url)
  page = visitor.page
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  secret = await createSubscription(page, 'limited', '5.00')
  await keepKey(page)
})
afterAll(() => browser?.close())

const limits = () => page.locator('section', { has: page.getByRole('heading', { name: 'Limits' }) })
const call = async (): Promise<number> => (await customerOf(litellmUrl, secret).chat()).status
const bell = () => page.getByRole('banner').getByRole('button', { name: /^Alerts/ })

test('a limit is added; one that is not valid is told at its field', async () => {
  await limits().getByText('None: the key works as long as there is FLOW.').waitFor(PATIENT)
  await limits().getByRole('button', { name: 'Add a limit' }).click()
  await limits().getByLabel('At most').fill('none')
  await limits().getByRole('button', { name: 'Set limit' }).click()
  await limits().getByText('Enter a whole number above 0.').waitFor(PATIENT)
  expect(await accessibilityFaults(page)).toEqual([])
  await picture(page, 'limit-form')
  await limits().getByLabel('At most').fill('20')
  await limits().getByLabel('Per', { exact: true }).selectOption({ label: 'a UTC day' })
  await limits().getByRole('button', { name: 'Set limit' }).click()
  await limits().getByText('The key: 20 tokens a UTC day').waitFor(PATIENT)
  await limits().getByText('Stops when used up').waitFor(PATIENT)
})

test('used up, the key is refused, the page says so, and the bell tells it', async () => {
  await expect.poll(call, PATIENT).toBe(401)
  await limits().getByText('Refused now').waitFor(PATIENT)
  await picture(page, 'limit-refused')
  // Others of the wallet's subscriptions may have told of something, too.
  await expect.poll(() => bell().getAttribute('aria-label'), PATIENT).toMatch(/^Alerts, \d+ unread$/)
  await bell().click()
  await page.getByText('100% of the limit of 20 tokens a day for the key of subscription').waitFor(PATIENT)
  await picture(page, 'bell', false)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await expect.poll(() => bell().getAttribute('aria-label'), PATIENT).toBe('Alerts')
  await page.keyboard.press('Escape')
})

test('raised, the key works again', async () => {
  await limits()
    .getByRole('button', { name: /^Change/ })
    .click()
  await limits().getByLabel('New amount').fill('1,000,000')
  await limits().getByRole('button', { name: 'Change limit' }).click()
  await limits().getByText('The key: 1,000,000 tokens a UTC day').waitFor(PATIENT)
  await expect.poll(call, PATIENT).toBe(200)
})

test('removed only after it was asked, the limit is gone, and the focus stays in its section', async () => {
  const remove = limits().getByRole('button', { name: /^Remove the limit/ })
  const dialog = page.getByRole('dialog', { name: 'Remove this limit?' })
  await remove.click()
  await dialog.getByText('The key: 1,000,000 tokens a UTC day.').waitFor(PATIENT)
  expect(await accessibilityFaults(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(await limits().getByText('The key: 1,000,000 tokens a UTC day').count()).toBe(1)
  await remove.click()
  await dialog.getByRole('button', { name: 'Remove limit' }).click()
  await limits().getByText('None: the key works as long as there is FLOW.').waitFor(PATIENT)
  await expect.poll(() => limits().locator(':focus').count(), PATIENT).toBe(1)
})

test('a webhook’s secret is shown once, its removal is asked; an address inside is refused with what to do', async () => {
  await page.goto('/alerts')
  await page.getByRole('heading', { name: 'Channels' }).waitFor(PATIENT)
  await page.getByLabel('Webhook address').fill('http://127.0.0.1:3001/')
  await page.getByRole('button', { name: 'Add webhook' }).click()
  await page.getByText('Give an https address on the public internet').waitFor(PATIENT)
  await page.getByLabel('Webhook address').fill('https://hooks.customer.example/alerts')
  await page.getByRole('button', { name: 'Add webhook' }).click()
  await page.getByText(/^whsec_[0-9a-f]{64}$/).waitFor(PATIENT)
  await picture(page, 'alerts')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.reload()
  await page.getByText('https://hooks.customer.example/alerts').waitFor(PATIENT)
  expect(await page.getByText(/whsec_/).count()).toBe(0)
  await page.getByRole('button', { name: 'Remove https://hooks.customer.example/alerts' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove this channel?' })
  await dialog.waitFor(PATIENT)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden', ...PATIENT })
  expect(await page.getByText('https://hooks.customer.example/alerts').count()).toBe(1)
  await page.getByRole('button', { name: 'Remove https://hooks.customer.example/alerts' }).click()
  await dialog.getByRole('button', { name: 'Remove channel' }).click()
  await page.getByText('None yet: alerts are shown in the console only.').waitFor(PATIENT)
  await expect.poll(() => page.locator('main :focus').count(), PATIENT).toBe(1)
})

test('a link from a mail that is too old says what to do', async () => {
  await page.goto(`/alerts/confirm?word=${'a'.repeat(64)}`)
  await page.getByRole('button', { name: 'Send alerts to this address' }).click()
  await expect
    .poll(() => page.getByRole('alert').allTextContents(), PATIENT)
    .toContainEqual(expect.stringContaining('This link is not valid any more. Remove the mail address'))
})

test('on a phone nothing is cut off, in light and dark', async () => {
  const path = new URL(page.url()).pathname
  expect(path).toBe('/alerts/confirm')
  await page.setViewportSize({ width: 375, height: 800 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.goto('/alerts')
    await page.getByText('100% of the limit of 20 tokens').first().waitFor(PATIENT)
    expect(await sidewaysPixels(page)).toBe(0)
    expect(await accessibilityFaults(page)).toEqual([])
  }
  expect(visitor.faults).toEqual([])
})
