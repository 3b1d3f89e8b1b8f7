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

const KEY = `gsk_${'t3st'.repeat(8)}`

let browser: Browser
let visitor: Visitor
let page: Page

beforeAll(async () => {
  const { url } = await useDashboard()
  browser = await launchChromium()
  visitor = await visit(browser, url)
  page = visitor.page
  await page.goto('/byok')
  await connectAs(page, 'provider')
  await row().waitFor(PATIENT)
})
afterAll(() => browser?.close())

const row = () => page.locator('[data-provider=groq]')
const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id)

test('without keys the page says so; a key of another shape is told at its field', async () => {
  await page.getByText('No own key yet.').waitFor(PATIENT)
  await row().getByRole('button', { name: 'Add the key for Groq' }).click()
  await expect.poll(focused, PATIENT).toBe('groq-key')
  await row().getByLabel('API key').fill('sk-of-somebody-else')
  await row().getByRole('button', { name: 'Store key' }).click()
  await row().getByText('Enter a key that starts with gsk_.').waitFor(PATIENT)
  await picture(page, 'byok-fault')
  expect(await accessibilityFaults(page)).toEqual([])
})

test('an address inside a private network is never asked', async () => {
  await row().getByLabel('API key').fill(KEY)
  await row().getByText('Another address than Groq’s').click()
  await row().getByLabel('Base URL').fill('http://192.168.1.10/v1')
  await row().getByRole('button', { name: 'Store key' }).click()
  await row()
    .getByText(/^Enter an address that starts with https/)
    .waitFor(PATIENT)
  await expect.poll(focused, PATIENT).toBe('groq-address')
  await row().getByLabel('Base URL').fill('https://192.168.1.10/v1')
  await row().getByRole('button', { name: 'Store key' }).click()
  await row().getByText('at https://192.168.1.10/v1').waitFor(PATIENT)
  await row().getByRole('button', { name: 'Test the key for Groq' }).click()
  await row()
    .getByText(/^This address can't be used/)
    .waitFor(PATIENT)
  await picture(page, 'byok-refused')
})

test('a key is stored masked: the page and the API never have it again', async () => {
  await row().getByRole('button', { name: 'Replace the key for Groq' }).click()
  await row().getByLabel('API key').fill(KEY)
  await row().getByLabel('Base URL').fill('')
  await row().getByRole('button', { name: 'Store key' }).dblclick()
  await row()
    .getByText('at https://192.168.1.10/v1')
    .waitFor({ ...PATIENT, state: 'detached' })
  expect(await row().textContent()).toContain('gsk_…t3st')
  await expect.poll(focused, PATIENT).toBe('provider-groq')
  const answer = await (await page.request.get('/api/v1/llm/byok/keys')).text()
  expect(`${await page.content()}${answer}`).not.toContain(KEY)
  await picture(page, 'byok')
})

test('a test says how the provider took it', async () => {
  await row().getByRole('button', { name: 'Test the key for Groq' }).click()
  await row()
    .getByText(/^Groq (takes this key|refuses this key|gave no answer|answered \d{3})/)
    .waitFor(PATIENT)
  expect(await accessibilityFaults(page)).toEqual([])
})

test('turned off it stays; deleted it is gone, after it was asked', async () => {
  await row().getByRole('button', { name: 'Turn off the key for Groq' }).click()
  await row().getByText('Off', { exact: true }).waitFor(PATIENT)
  await row().getByRole('button', { name: 'Turn on the key for Groq' }).click()
  await row().getByText('Used', { exact: true }).waitFor(PATIENT)
  await row().getByRole('button', { name: 'Delete the key for Groq' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete the key for Groq?' })
  await dialog.getByRole('button', { name: 'Delete key' }).click()
  await row().getByText('No key: requests use your credits.').waitFor(PATIENT)
  await expect.poll(focused, PATIENT).toBe('provider-groq')
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await sidewaysPixels(page)).toBe(0)
  expect(visitor.faults).toEqual([])
})
