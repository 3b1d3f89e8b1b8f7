import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { creditAccount, payerOfAccount } from '#lib/metering/payer.ts'
import { openAccount } from '#services/credits/index.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { type Container, openContainer } from '#services/platform/container.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  connectAs,
  createSubscription,
  figure,
  keepKey,
  PATIENT,
  sidewaysPixels,
  tabTo,
  visit,
} from '#tests/support/console-page.ts'
import { type SeededCall, seedUsage } from '#tests/support/seeded-usage.ts'
import { useDashboard } from '#tests/support/stack.ts'

type State = Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>

const DAY_MS = 86_400_000
const MODELS = ['gpt-4', 'gpt-4o', 'claude-3-opus', 'claude-3-5-haiku', 'llama-3-70b', 'gpt-3.5-turbo', 'mistral']
const LONG_USER = 'a-user-whose-name-is-as-long-as-a-label-may-be-and-has-no-space-in-it-'.repeat(3)

let browser: Browser
let url: string
let customer: State
let vaultId: string
let container: Container

beforeAll(async () => {
  const dashboard = await useDashboard()
  url = dashboard.url
  process.env['FLAREFLOW_HOME'] = dashboard.home
  container = await openContainer(commandEnvironment(), { name: 'usage-test' })
  browser = await launchChromium()
  await using visitor = await visit(browser, url)
  const { page, context } = visitor
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  await createSubscription(page, 'usage-of-a-year')
  await keepKey(page)
  vaultId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  customer = await context.storageState()
})
afterAll(async () => {
  await browser?.close()
  await container?.close()
})

/** 90 days of calls up to now: fewer at weekends, most by few users. */
function pastCalls(): SeededCall[] {
  const now = Date.now()
  return Array.from({ length: 1_800 }, (_, i): SeededCall => {
    const at = now - Math.floor((i * 90 * DAY_MS) / 1_800)
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay())
    return {
      vault: BigInt(vaultId),
      at: new Date(at).toISOString(),
      model: MODELS[(i * i) % MODELS.length] ?? '',
      input: (isWeekend ? 300 : 1_000) + 17 * (i % 37),
      user: i % 5 === 0 ? LONG_USER : i % 3 === 0 ? undefined : `user-${i % 60}`,
      feature: ['chat', 'search', '=1+1'][i % 3],
    }
  })
}

const open = () => visit(browser, url, { storageState: customer })

test('who is not connected is asked to, and sees their usage once they are', async () => {
  await using visitor = await visit(browser, url)
  const { page } = visitor
  await page.goto('/usage')
  await page.getByText('Connect your wallet to see your usage.').waitFor(PATIENT)
  expect(await accessibilityFaults(page)).toEqual([])
  await connectAs(page, 'customer')
  await page.getByRole('navigation', { name: 'Grouping' }).waitFor(PATIENT)
})

test('a month without requests says so', async () => {
  await using visitor = await open()
  await visitor.page.goto('/usage?month=2020-01')
  await visitor.page.getByText('No requests in Jan 2020.').waitFor(PATIENT)
  await visitor.page.goto(`/usage?month=2020-01&account=vault:${vaultId}`)
  await visitor.page.getByRole('link', { name: 'All accounts' }).waitFor(PATIENT)
  expect(visitor.faults).toEqual([])
})

test('a subscription of somebody else is not shown', async () => {
  await using visitor = await open()
  await visitor.page.goto('/usage?account=vault:999999')
  await visitor.page.getByText('This account isn’t one of yours.').waitFor(PATIENT)
  expect(await visitor.page.getByRole('table').count()).toBe(0)
})

test('credits are chosen in the same control as subscriptions, and seen with them', async () => {
  await using visitor = await open()
  const { page } = visitor
  const session: { address: string } = await (await page.request.get('/api/auth/session')).json()
  const system = container.contextFor({ kind: 'system', job: 'test' })
  const { id, number } = await openAccount(system, { subject: `flow:${session.address}` })
  const account = creditAccount(id)
  const payer = { vault: payerOfAccount(number), account }
  await seedUsage(system, [{ ...payer, at: new Date().toISOString(), feature: 'of-credits', input: 41, output: 1 }])
  await page.goto('/usage?by=feature')
  const row = page.locator('[data-group=of-credits]')
  await row.getByRole('link', { name: 'Credits' }).waitFor(PATIENT)
  await page.getByLabel('Account').selectOption('Credits')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.waitForURL((at) => at.searchParams.get('account') === account)
  await row.waitFor(PATIENT)
  // Other tests of the run pay from the same credits.
  expect(await row.textContent()).toContain('42')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.goto(`/usage?month=2020-01&account=${account}`)
  await page.getByText('No requests of this account in Jan 2020.').waitFor(PATIENT)
  await page.goto('/usage?account=credits:cr_of_somebody_else')
  await page.getByText('This account isn’t one of yours.').waitFor(PATIENT)
  expect(visitor.faults).toEqual([])
})

describe('a month of usage', () => {
  beforeAll(() => seedUsage(container.contextFor({ kind: 'system', job: 'test' }), pastCalls()))
  const path = (by: string) => `/usage?by=${by}&account=vault:${vaultId}`

  test.each(['model', 'user', 'feature', 'key'])('by %s adds up, and is the same in the file', async (by) => {
    await using visitor = await open()
    const { page } = visitor
    await page.goto(path(by))
    const table = page.getByRole('table', { name: /Requests, tokens and cost/ })
    await table.waitFor(PATIENT)
    const amounts = await table.locator('tbody tr td:last-child').allTextContents()
    const [total = 0n, ...rows] = amounts.map((text) => parseUsd(text.replace(/[$,]/g, '')))
    expect(total).toBeGreaterThan(0n)
    expect(rows.reduce((sum, amount) => sum + amount, 0n)).toBe(total)
    const link = page.getByRole('link', { name: 'CSV', exact: true })
    const file = await page.request.get((await link.getAttribute('href')) ?? '')
    expect(file.headers()['content-disposition']).toContain('attachment')
    const billed = (await file.text())
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => /,(\d+\.\d{8}),/.exec(line)?.[1])
    expect(billed.reduce((sum, amount = '0') => sum + parseUsd(amount), 0n)).toBe(total)
    expect(visitor.faults).toEqual([])
  })

  test('is told by the title, the total and a forecast', async () => {
    await using visitor = await open()
    const { page } = visitor
    await page.goto(path('model'))
    await page.getByRole('heading', { name: /makes (\d+%|all) of .* cost/ }).waitFor(PATIENT)
    expect(await figure(page, 'usage-cost')).toMatch(/^\$\d/)
    expect(await page.locator('[data-forecast]').textContent()).toMatch(/: \$[\d.,]+ expected \(\$.* to \$/)
  })

  test('can be walked day by day with the keyboard', async () => {
    await using visitor = await open()
    const { page } = visitor
    await page.goto(path('model'))
    await page.locator('[data-forecast]').waitFor(PATIENT)
    await tabTo(page, 'Day')
    await page.keyboard.press('Home')
    const first = await page.locator('[data-chart-day]').textContent()
    expect(first).toMatch(/^\w{3} 1: /)
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('[data-chart-day]').textContent()).toMatch(/^\w{3} 2: /)
    expect(await page.getByRole('slider', { name: 'Day' }).getAttribute('aria-valuetext')).toMatch(/^\w{3} 2: /)
  })

  test('light, dark and 320 px wide, axe finds nothing and nothing scrolls sideways', async () => {
    await using visitor = await open()
    const { page } = visitor
    await page.goto(path('user'))
    await page.getByText('Days as a table').click()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await accessibilityFaults(page)).toEqual([])
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await sidewaysPixels(page)).toBe(0)
    expect(visitor.faults).toEqual([])
  })

  test('every choice is in the address', async () => {
    await using visitor = await open()
    const { page } = visitor
    await page.goto('/usage')
    await page.getByRole('link', { name: 'By feature' }).click()
    await page.waitForURL(/by=feature/)
    const before = page.getByRole('navigation', { name: 'Month' }).getByRole('link').first()
    await before.click()
    await page.waitForURL(/month=\d{4}-\d{2}/)
    await page
      .getByRole('link', { name: 'By feature', exact: true })
      .and(page.locator('[aria-current=page]'))
      .waitFor(PATIENT)
    expect(page.url()).toMatch(/by=feature/)
    await page.goBack()
    await page.waitForURL((at) => !at.search.includes('month=') || at.searchParams.get('by') === 'feature')
  })

  test('everybody’s is the admin’s to choose, with costs, heavy users and whose they are; nobody else gets it', async () => {
    const system = container.contextFor({ kind: 'system', job: 'test' })
    const heavy = { vault: BigInt(vaultId), user: 'heaviest-of-all', input: 3_000_000 }
    await seedUsage(system, [{ ...heavy, at: new Date().toISOString() }])
    await using somebody = await open()
    await somebody.page.goto('/usage?account=everyone')
    await somebody.page.getByText('Everyone’s usage is the admin’s to see.').waitFor(PATIENT)
    expect(await somebody.page.getByRole('table').count()).toBe(0)
    await somebody.page.getByRole('link', { name: 'All of your usage' }).click()
    await somebody.page.getByRole('navigation', { name: 'Grouping' }).waitFor(PATIENT)
    expect(await somebody.page.getByRole('option', { name: 'Everyone' }).count()).toBe(0)

    await using visitor = await visit(browser, url)
    const { page } = visitor
    await page.goto('/usage')
    await connectAs(page, 'admin')
    await page.goto('/usage?by=user&account=')
    await page.getByRole('combobox', { name: 'Account' }).waitFor(PATIENT)
    await tabTo(page, /^Account$/)
    await page.keyboard.type('Everyone')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL((at) => at.searchParams.get('account') === 'everyone')
    const row = page.locator('[data-heavy-user=heaviest-of-all]')
    await row.waitFor(PATIENT)
    expect(await figure(page, 'usage-margin')).toMatch(/^−?\$/)
    expect(await accessibilityFaults(page)).toEqual([])
    const files = await page
      .locator('a[download]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    expect(files).toHaveLength(8)
    for (const file of files) {
      const [forAdmin, forOwner] = [await page.request.get(file ?? ''), await somebody.page.request.get(file ?? '')]
      expect([file, forAdmin.status(), forOwner.status()]).toEqual([file, 200, 403])
    }
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await sidewaysPixels(page)).toBe(0)
    await row.getByRole('link', { name: new RegExp(`^Subscription ${vaultId} of 0x`) }).click()
    await page.waitForURL((at) => at.searchParams.get('account') === `vault:${vaultId}`)
    await row.waitFor(PATIENT)
    expect(await page.locator('[data-group=heaviest-of-all]').count()).toBe(1)
    await page.goto('/usage?month=2020-01&account=everyone')
    await page.getByText('No requests in Jan 2020.').waitFor(PATIENT)
    await page.goto('/usage?account=vault:999999')
    await page.getByText('This account isn’t one of yours.').waitFor(PATIENT)
    expect(visitor.faults).toEqual([])
  })
})
