import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import OpenAI from 'openai'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseFlow } from '#lib/money/decimal.ts'
import { readFlowBalance } from '#hooks/flow-node.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import { approve, connectAs, figure, PATIENT, type Visitor, visit, wallet } from '#tests/support/console-page.ts'
import { useDashboard } from '#tests/support/stack.ts'

const run = promisify(execFile)
/** gpt-4o: 13 tokens in and 20 out, × 1.5; llama-3-70b: 10 and 20, × 0.6; at Starter's $0.02 per 1K. */
const PRICE = '0.00135000'

let browser: Browser
let person: Visitor
let page: Page
let accessNode: string
let gatewayUrl: string
let secret: string
let command: string

beforeAll(async () => {
  const { url } = await useDashboard()
  const config: { accessNode: string; gatewayUrl: string } = await (await fetch(`${url}/api/config`)).json()
  ;({ accessNode, gatewayUrl } = config)
  browser = await launchChromium()
  person = await visit(browser, url)
  page = person.page
})
afterAll(() => browser?.close())

/** Notes each step of the transaction as the page shows it. */
const recordSteps = (on: Page): Promise<void> =>
  on.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => {
      for (const step of document.querySelectorAll<HTMLElement>('[data-reached="true"]')) {
        const name = step.dataset['step'] ?? ''
        if (!seen.includes(name)) seen.push(name)
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true })
  })

test('a customer connects a wallet and creates a subscription; the steps show and the key appears once', async () => {
  await page.goto('/')
  await page.getByRole('heading', { level: 1, name: 'Pay for the tokens you use' }).waitFor()
  await connectAs(page, 'customer')
  await page.getByRole('link', { name: 'Open console' }).first().click()
  await page.getByRole('link', { name: 'Create New' }).click()

  const provider = await page.getByLabel('Provider address').inputValue()
  expect(provider).toMatch(/^0x[0-9a-f]{16}$/)
  await page.getByLabel('Name').fill('journey')
  await page.getByLabel('FLOW deposit').fill('10')
  await recordSteps(page)
  await page.getByRole('button', { name: 'Create Subscription & API Key' }).click()
  await page.getByRole('button', { name: 'Waiting for your wallet' }).waitFor(PATIENT)
  await wallet(page).getByText('as customer').waitFor(PATIENT)
  await approve(page)

  await page.locator('[data-secret]').waitFor(PATIENT)
  const seen = await page.evaluate(() => Reflect.get(window, 'seen') as string[])
  expect(seen[0]).toBe('waiting')
  expect(seen).toContain('sent')
  secret = (await page.locator('[data-secret]').textContent()) ?? ''
  command = (await page.locator('[data-curl]').textContent()) ?? ''
  expect(secret).toMatch(/^sk-\S{20,}$/)
})

test('leaving before the key is copied asks; copying it writes exactly the key and ends the asking', async () => {
  await page.getByRole('link', { name: 'Subscriptions' }).first().click()
  await page.getByText('The key was not copied.').waitFor(PATIENT)
  await page.getByRole('button', { name: 'Go back' }).click()
  await page.goBack()
  await page.getByText('The key was not copied.').waitFor(PATIENT)
  await page.keyboard.press('Escape')
  expect(await page.locator('[data-secret]').textContent()).toBe(secret)

  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await page.getByRole('button', { name: 'Open the subscription' }).click()
  await page.getByRole('heading', { level: 1, name: 'journey' }).waitFor(PATIENT)
  await sleep(1_000)
  const kept = await page.evaluate(() =>
    JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, location.href]),
  )
  expect(kept).not.toContain(secret)
})

test('the curl command gets an answer from the gateway, and so does the openai package', async () => {
  expect(command).toContain(secret)
  const { stdout } = await run('sh', ['-c', `${command} --silent --show-error`])
  const answer: OpenAI.ChatCompletion = JSON.parse(stdout)
  expect(answer.choices[0]?.message.content).toContain('gpt-4o')

  await page.getByRole('link', { name: 'Subscriptions' }).first().click()
  const tile = page.getByRole('article', { name: 'journey' })
  await expect.poll(() => figure(tile, 'requests'), PATIENT).toBe('1')
  const client = new OpenAI({ apiKey: secret, baseURL: gatewayUrl })
  const completion = await client.chat.completions.create({
    model: 'llama-3-70b',
    messages: [{ role: 'user', content: 'Say hello.' }],
  })
  expect(completion.usage?.total_tokens).toBe(30)
  await tile.locator('[data-model="llama-3-70b"]').first().waitFor(PATIENT)
  const counted = async () => [await figure(tile, 'requests'), await figure(tile, 'tokens')]
  await expect.poll(counted, PATIENT).toEqual(['2', '63'])
})

test('the reading settles; the tile shows balance, what is owed and the transaction', async () => {
  const tile = page.getByRole('article', { name: 'journey' })
  await tile.getByText('settled', { exact: false }).first().waitFor(PATIENT)
  await expect
    .poll(() => tile.locator('[data-figure="owed"]').locator('[title]').getAttribute('title'), PATIENT)
    .toBe(`${PRICE} FLOW`)
  await tile.locator('[data-settlement="sealed"]').waitFor(PATIENT)
  expect(await tile.locator('[data-transaction]').getAttribute('data-transaction')).toMatch(/^[0-9a-f]{64}$/)
  expect(await tile.locator('[data-figure="left"]').locator('[title]').getAttribute('title')).toBe('9.99865000 FLOW')
  expect(await tile.locator('[data-masked-key]').textContent()).toBe(`sk-…${secret.slice(-4)}`)
  expect(await tile.getByText('20 out').count()).toBe(2)

  await tile.getByRole('link', { name: 'journey' }).click()
  expect(await page.locator('[data-total-usd]').textContent(PATIENT)).toBe(`$${PRICE}`)
  expect(await page.locator('tr[data-request]').count()).toBe(2)
})

test('the provider withdraws what accrued, and the FLOW is in the account', async () => {
  await connectAs(page, 'provider')
  await page.getByRole('link', { name: 'Revenue' }).first().click()
  const row = page.getByRole('row', { name: /journey/ })
  expect(await row.locator('[data-accrued]').textContent(PATIENT)).toBe(PRICE)
  const session: { address: string } = await (await page.request.get('/api/auth/session')).json()
  const before = await readFlowBalance(accessNode, session.address)

  await page.getByLabel('Choose journey').check()
  await page.getByRole('button', { name: 'Withdraw selected' }).click()
  await approve(page)
  await page.getByText(`${PRICE} FLOW is in your account.`).waitFor(PATIENT)
  await expect.poll(() => row.locator('[data-accrued]').textContent(), PATIENT).toBe('0.00000000')
  expect((await readFlowBalance(accessNode, session.address)) - before).toBe(parseFlow(PRICE))
})

test('nothing on the way broke a script or the content security policy', () => {
  expect(person.faults).toEqual([])
})
