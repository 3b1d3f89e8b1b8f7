import { randomInt } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainWorld, signerOf } from '#tests/support/chain-world.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  connectAs,
  PATIENT,
  sidewaysPixels,
  visit,
  type Visitor,
} from '#tests/support/console-page.ts'
import { openDashboardChain } from '#tests/support/dashboard-chain.ts'
import { picture } from '#tests/support/pictures.ts'
import { useDashboard } from '#tests/support/stack.ts'

/** An amount that nobody else pays: it names the transfer. */
const amount = `0.3${randomInt(1_000_000, 9_999_999)}`
const ALL_CREDITED = 'All FLOW that arrived for credits is on an account.'

let browser: Browser
let visitor: Visitor
let page: Page
let world: ChainWorld
let accountId: string
let treasury: string

const told = async <T>(path: string): Promise<T> => (await (await page.request.get(path)).json()) as T

beforeAll(async () => {
  const { url, home } = await useDashboard()
  world = await openDashboardChain(home)
  browser = await launchChromium()
  visitor = await visit(browser, url)
  page = visitor.page
  await page.goto('/credits')
  await connectAs(page, 'customer')
  await page.locator('[data-figure=usable]').waitFor(PATIENT)
  const { address } = await told<{ address: string }>('/api/auth/session')
  treasury = (await told<{ address: string }>('/api/v1/llm/credits/topups')).address
  await page.goto('/admin/credits')
  await connectAs(page, 'admin')
  const { data } = await told<{ data: { id: string }[] }>(`/api/v1/llm/admin/accounts?query=${address}`)
  accountId = data[0]?.id ?? ''
})
afterAll(() => browser?.close())

const row = () => page.locator('[data-topup]', { hasText: amount }).first()

test('FLOW of a sender without an account is listed for the admin, who assigns it once', async () => {
  await page.getByRole('heading', { name: 'FLOW without an account' }).waitFor(PATIENT)
  const stranger = await world.newWallet('2.0')
  await world.chain.send('owner/buy_credits', { amount, treasury }, signerOf(stranger))
  await row().waitFor(PATIENT)
  await row().getByText('$').waitFor(PATIENT)
  await row()
    .getByRole('button', { name: /^Assign/ })
    .click()
  const assign = row().getByRole('button', { name: 'Assign to the account' })
  await assign.click()
  await row().getByText('Say whose it is.').waitFor(PATIENT)
  await row().getByLabel('Account').fill('cr_of_nobody')
  await row().getByLabel('Reason').fill('Sent from an exchange')
  await assign.click()
  await row().getByText('There is no such credit account.').waitFor(PATIENT)
  await picture(page, 'unassigned-flow')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await sidewaysPixels(page)).toBe(0)
  await page.setViewportSize({ width: 1280, height: 900 })
  await row().getByLabel('Account').fill(accountId)
  await assign.dblclick()
  await row().waitFor({ ...PATIENT, state: 'detached' })
  if ((await page.locator('[data-topup]').count()) === 0) await page.getByText(ALL_CREDITED).waitFor(PATIENT)
})

test('its new owner finds it in the history once, with the reason', async () => {
  await page.goto('/credits?type=purchase')
  await connectAs(page, 'customer')
  const line = page.locator(`[data-change="${amount}"]`)
  await line.first().waitFor(PATIENT)
  expect(await line.count()).toBe(1)
  await page.getByText('Sent from an exchange').first().waitFor(PATIENT)
  expect(visitor.faults).toEqual([])
})
