import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  connectAs,
  PATIENT,
  sidewaysPixels,
  visit,
  type Visitor,
} from '#tests/support/console-page.ts'
import { picture } from '#tests/support/pictures.ts'
import { useDashboard } from '#tests/support/stack.ts'

let browser: Browser
let visitor: Visitor
let page: Page
let customer: string

beforeAll(async () => {
  const { url } = await useDashboard()
  browser = await launchChromium()
  visitor = await visit(browser, url)
  page = visitor.page
  await page.goto('/credits')
  await connectAs(page, 'provider')
  await page.locator('[data-figure=usable]').waitFor(PATIENT)
  ;({ address: customer } = (await (await page.request.get('/api/auth/session')).json()) as { address: string })
})
afterAll(() => browser?.close())

const row = () => page.locator('[data-account]', { hasText: customer })

test('somebody who is no admin is told so, and their menu has no such page', async () => {
  await page.goto('/admin/credits')
  await page.getByText('This page is the admin’s.').waitFor(PATIENT)
  expect(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Accounts' }).count()).toBe(0)
  expect((await page.request.get('/api/v1/llm/admin/accounts')).status()).toBe(403)
})

test('the admin finds an account; who is not there is told', async () => {
  await connectAs(page, 'admin')
  await page.getByLabel('Find by address or id').fill('0xnobody')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByText('No account matches.').waitFor(PATIENT)
  await page.getByLabel('Find by address or id').fill(customer)
  await page.getByRole('button', { name: 'Find' }).click()
  await row().waitFor(PATIENT)
  expect(await page.locator('[data-account]').count()).toBe(1)
  expect(page.url()).toContain(customer)
})

test('credits are given once, with a reason that the customer reads', async () => {
  await row()
    .getByRole('button', { name: /^Give credits/ })
    .click()
  await row().getByRole('button', { name: 'Give credits', exact: true }).click()
  await row().getByText('Say why.').waitFor(PATIENT)
  await row().getByLabel('Amount').fill('3.21')
  await row().getByLabel('Reason').fill('Sorry for the wait')
  await picture(page, 'admin-credits')
  expect(await accessibilityFaults(page)).toEqual([])
  await row().getByRole('button', { name: 'Give credits', exact: true }).dblclick()
  await row()
    .getByLabel('Reason')
    .waitFor({ ...PATIENT, state: 'detached' })
  await connectAs(page, 'provider')
  await page.goto('/credits?type=bonus')
  await page.locator('[data-change="3.21000000"]').first().waitFor(PATIENT)
  await page.getByText('Sorry for the wait').first().waitFor(PATIENT)
  expect(await page.locator('[data-change="3.21000000"]').count()).toBe(1)
})

test('credits whose answer was lost are given once, from whichever form they are sent again', async () => {
  await page.goto(`/admin/credits?query=${customer}`)
  await connectAs(page, 'admin')
  // Amounts that no other try of this test gave.
  const [first, second, third] = [1, 2, 3].map((whole) => `${whole}.${String(Date.now() % 1e8).padStart(8, '0')}`)
  const give = async (amount = ''): Promise<void> => {
    const reason = row().getByLabel('Reason')
    const open = row().getByRole('button', { name: /^Give credits/ })
    if (!(await reason.isVisible())) await open.first().click(PATIENT)
    await row().getByLabel('Amount').fill(amount)
    await reason.fill('A lost answer')
    await row().getByRole('button', { name: 'Give credits', exact: true }).click()
  }
  const closed = () =>
    row()
      .getByLabel('Reason')
      .waitFor({ ...PATIENT, state: 'detached' })
  const loseAnswers = () =>
    page.route('**/grants', async (route) => {
      await route.fetch()
      await route.abort()
    })
  await loseAnswers()
  await give(first)
  await row().getByText('It is not known whether this was done.').waitFor(PATIENT)
  await page.unroute('**/grants')
  await page.reload()
  await give(first)
  await closed()
  await loseAnswers()
  await give(second)
  await row().getByText('It is not known whether this was done.').waitFor(PATIENT)
  await page.unroute('**/grants')
  await row().getByRole('button', { name: 'Cancel' }).click()
  await give(third)
  await row().getByText('is booked; this is not.').waitFor(PATIENT)
  await connectAs(page, 'provider')
  await page.goto('/credits?type=bonus')
  const given = (amount = '') => page.locator(`[data-change="${amount}"]`)
  await given(second).waitFor(PATIENT)
  expect([await given(first).count(), await given(second).count(), await given(third).count()]).toEqual([1, 1, 0])
})

test('the tier enterprise is the admin’s to set; its customer can’t change it', async () => {
  await page.goto('/admin/credits')
  await connectAs(page, 'admin')
  await row()
    .getByRole('button', { name: /^Set tier/ })
    .click()
  await row().getByLabel('Tier', { exact: true }).selectOption({ label: 'Enterprise' })
  await row().getByLabel('Reason').fill('Contract 7')
  await row().getByRole('button', { name: 'Set tier', exact: true }).click()
  await row()
    .getByText(/^Enterprise, balance/)
    .waitFor(PATIENT)
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await sidewaysPixels(page)).toBe(0)
  await page.setViewportSize({ width: 1280, height: 900 })
  await connectAs(page, 'provider')
  await page.goto('/credits')
  await page.locator('[data-now=credit-tier]').getByText('Enterprise.').waitFor(PATIENT)
  expect(await page.getByRole('button', { name: 'Change tier' }).count()).toBe(0)
  expect(visitor.faults).toEqual([])
})
