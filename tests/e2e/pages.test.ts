import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  connectAs,
  createSubscription,
  keepKey,
  PATIENT,
  sidewaysPixels,
  tabTo,
  visit,
  wallet,
} from '#tests/support/console-page.ts'
import { useDashboard } from '#tests/support/stack.ts'

type State = Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>

const LONG_NAME = 'a-name-without-a-single-space-that-is-as-long-as-names-may-be-64'
let browser: Browser
let url: string
let customer: State
let provider: State
let vaultId: string

beforeAll(async () => {
  ;({ url } = await useDashboard())
  browser = await launchChromium()
  await using visitor = await visit(browser, url)
  const { page, context } = visitor
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  await createSubscription(page, LONG_NAME)
  await keepKey(page)
  vaultId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  customer = await context.storageState()
  await using other = await visit(browser, url)
  await other.page.goto('/revenue')
  await connectAs(other.page, 'provider')
  provider = await other.context.storageState()
})
afterAll(() => browser?.close())

interface Stop {
  name: string
  path: () => string
  who: () => State | undefined
  ready: (page: Page) => Promise<void>
}

const stop = (name: string, path: () => string, who: () => State | undefined, heading: string | RegExp): Stop => ({
  name,
  path,
  who,
  ready: (page) => page.getByRole('heading', { name: heading }).first().waitFor(PATIENT),
})
const nobody = (): undefined => undefined

function as({ who }: Stop): { storageState?: State } {
  const storageState = who()
  return storageState ? { storageState } : {}
}

const STOPS: Stop[] = [
  stop('landing', () => '/', nobody, 'Estimate a month'),
  stop('trust', () => '/trust', nobody, 'Not proven'),
  stop('subscriptions, not connected', () => '/subscriptions', nobody, 'Subscriptions'),
  stop(
    'subscriptions',
    () => '/subscriptions',
    () => customer,
    LONG_NAME,
  ),
  stop(
    'create new',
    () => '/subscriptions/new',
    () => customer,
    'Create New',
  ),
  stop(
    'subscription',
    () => `/subscriptions/${vaultId}`,
    () => customer,
    'Settlement',
  ),
  stop(
    'key',
    () => `/subscriptions/${vaultId}/key`,
    () => customer,
    /^Key of/,
  ),
  stop(
    'settings',
    () => `/subscriptions/${vaultId}/settings`,
    () => customer,
    'Give to another owner',
  ),
  stop(
    'approvals',
    () => '/approvals',
    () => customer,
    'Approvals',
  ),
  stop(
    'revenue',
    () => '/revenue',
    () => provider,
    'Accrued by vault',
  ),
  stop(
    'revenue of somebody else',
    () => '/revenue',
    () => customer,
    'Revenue',
  ),
  stop(
    'no such subscription',
    () => '/subscriptions/999999',
    () => customer,
    'No such subscription',
  ),
  stop(
    'a number that is none',
    () => '/subscriptions/abc',
    () => customer,
    'There is nothing at this address',
  ),
  stop('nothing', () => '/nothing', nobody, 'There is nothing at this address'),
  stop('development wallet', () => '/dev-wallet/authn', nobody, 'Nothing to approve'),
]

async function open(page: Page, { path, ready }: Stop): Promise<void> {
  await page.goto(path())
  await ready(page)
}

test.each(STOPS)('light, dark and 320 px wide, axe finds nothing and nothing scrolls sideways: $name', async (at) => {
  await using visitor = await visit(browser, url, { colorScheme: 'light', ...as(at) })
  const { page } = visitor
  await open(page, at)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await accessibilityFaults(page)).toEqual([])
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await sidewaysPixels(page)).toBe(0)
  expect(visitor.faults).toEqual([])
})

test('the checks can fail: a picture without words and a wide box are found', async () => {
  await using visitor = await visit(browser, url, { viewport: { width: 320, height: 640 } })
  const { page } = visitor
  await page.goto('/')
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => {
    const box = document.createElement('div')
    box.innerHTML = '<img src="/icon.svg">'
    box.style.width = '400px'
    document.body.append(box)
  })
  expect(await accessibilityFaults(page)).toContainEqual(expect.stringContaining('image-alt'))
  expect(await sidewaysPixels(page)).toBeGreaterThan(0)
})

describe('the theme', () => {
  test('is the system’s until it is chosen; the choice is there at the first paint', async () => {
    await using visitor = await visit(browser, url, { colorScheme: 'dark' })
    const { page } = visitor
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.goto('/')
    const dark = await ground()
    await page.getByRole('button', { name: /Theme: system/ }).click()
    const light = await ground()
    expect(light).not.toBe(dark)
    const html = await (await page.request.get('/')).text()
    expect(html).toMatch(/<html[^>]*data-theme="light"/)
    await page.reload()
    expect(await ground()).toBe(light)
  })
})

describe('what a page may load', () => {
  test('nothing from elsewhere before the wallet opens, and no page can be framed', async () => {
    await using visitor = await visit(browser, url)
    const asked: string[] = []
    visitor.page.on('request', (request) => asked.push(new URL(request.url()).origin))
    const answer = await visitor.page.goto('/')
    await visitor.page.waitForLoadState('networkidle')
    expect([...new Set(asked)]).toEqual([url])
    const policy = answer?.headers()['content-security-policy'] ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+';/)
    expect(policy).not.toContain('unsafe-')
  })

  test('a script that was slipped into the page does not run', async () => {
    await using visitor = await visit(browser, url)
    await visitor.page.goto('/')
    const ran = await visitor.page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<img src="/nowhere.png" onerror="window.slipped = 1">')
      const script = document.createElement('script')
      script.textContent = 'window.slipped = 2'
      document.body.append(script)
      return new Promise((resolve) => setTimeout(() => resolve(Reflect.get(window, 'slipped') ?? 'no'), 500))
    })
    expect(ran).toBe('no')
    expect(visitor.faults.length).toBeGreaterThan(0)
  })
})

test('a subscription is opened with the keyboard alone, and focus is seen at every step', async () => {
  await using visitor = await visit(browser, url)
  const { page } = visitor
  await page.goto('/subscriptions')
  await page.getByRole('banner').getByRole('button', { name: 'Connect Wallet' }).waitFor(PATIENT)
  await tabTo(page, 'Skip to content')
  await tabTo(page, 'Connect Wallet')
  await page.keyboard.press('Enter')
  await wallet(page)
    .getByRole('button', { name: /customer/i })
    .waitFor(PATIENT)
  await wallet(page)
    .getByRole('button', { name: /customer/i })
    .press('Enter')
  await page.getByRole('button', { name: /^Account/ }).waitFor(PATIENT)
  await tabTo(page, 'Create New')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Create New' }).waitFor(PATIENT)
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), PATIENT).toBe('Create New')
  await tabTo(page, 'Name')
  await page.keyboard.type('by-keyboard')
  await page.keyboard.press('Enter')
  await wallet(page).getByRole('button', { name: 'Approve' }).waitFor(PATIENT)
  await wallet(page).getByRole('button', { name: 'Approve' }).press('Enter')
  await page.locator('[data-secret]').waitFor(PATIENT)
  await tabTo(page, 'Copy key')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Copied' }).waitFor(PATIENT)
  await tabTo(page, 'Open the subscription')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'by-keyboard' }).waitFor(PATIENT)
})
