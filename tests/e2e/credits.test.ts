import OpenAI from 'openai'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatUsd, parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  connectAs,
  figure,
  PATIENT,
  sidewaysPixels,
  tabTo,
  type Visitor,
  visit,
} from '#tests/support/console-page.ts'
import { picture } from '#tests/support/pictures.ts'
import { useDashboard } from '#tests/support/stack.ts'

/** A model that the free tier reaches and that isn't free. */
const MODEL = 'mixtral-8x7b'

let browser: Browser
let visitor: Visitor
let page: Page
let url: string
let secret: string
/** What requests were said to cost, as the answers had it. */
const costs: string[] = []

beforeAll(async () => {
  ;({ url } = await useDashboard())
  browser = await launchChromium()
  visitor = await visit(browser, url)
  page = visitor.page
})
afterAll(() => browser?.close())

const client = () => new OpenAI({ baseURL: `${url}/api/v1/llm`, apiKey: secret, maxRetries: 0 })
const ask = () =>
  client()
    .chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'Say hello in one word.' }] })
    .withResponse()
const balance = async (): Promise<bigint> => {
  const { balance_usd: text } = (await (await page.request.get('/api/v1/llm/credits')).json()) as {
    balance_usd: string
  }
  return parseUsd(text)
}
const history = () => page.locator('section', { has: page.getByRole('heading', { name: 'History' }) })

test('who is not signed in is asked to, on each page that is somebody’s', async () => {
  for (const path of ['/credits', '/credits/keys', '/credits/keys/new', '/byok', '/playground', '/admin/credits']) {
    await page.goto(path)
    await page.getByText(/^Connect your wallet to see/).waitFor(PATIENT)
    expect(await accessibilityFaults(page)).toEqual([])
  }
})

test('the first sign-in opens an account with a welcome that the history shows', async () => {
  await page.goto('/credits')
  await connectAs(page, 'customer')
  await page.locator('[data-figure=usable]').waitFor(PATIENT)
  expect(await figure(page, 'usable')).toMatch(/^\$\d/)
  await history().locator('[data-entry=bonus]').first().waitFor(PATIENT)
  await page.getByText('Stripe isn’t configured.').waitFor(PATIENT)
  await picture(page, 'credits-new')
})

test('every account of this machine is welcomed, and that which FLOW is paid to is told so', async () => {
  await using other = await visit(browser, url)
  await other.page.goto('/credits')
  await connectAs(other.page, 'provider')
  await other.page.locator('[data-entry=bonus]').first().waitFor(PATIENT)
  await other.page.getByText('This account is the one that FLOW is paid to.').waitFor(PATIENT)
  expect(await other.page.getByRole('button', { name: 'Buy credits with FLOW' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Buy credits with FLOW' }).waitFor(PATIENT)
})

test('without a key the page says how to get one', async () => {
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor(PATIENT)
  await page.getByText('No API key yet.').waitFor(PATIENT)
  await page.getByRole('link', { name: 'Make a key' }).click()
  await page.getByRole('button', { name: 'Make key' }).click()
  await page.getByText('Give the key a name.').waitFor(PATIENT)
  await expect.poll(() => page.evaluate(() => document.activeElement?.id), PATIENT).toBe('new-name')
})

test('a key is shown once; leaving before it was copied asks', async () => {
  await page.getByLabel('Name').fill('journey')
  await page.getByRole('button', { name: 'Make key' }).dblclick()
  await page.locator('[data-secret]').waitFor(PATIENT)
  secret = (await page.locator('[data-secret]').textContent()) ?? ''
  expect(secret).toMatch(/^sk-ff-/)
  // To another place of the page, and back from it, is no leaving.
  await page.getByRole('link', { name: 'Skip to content' }).press('Enter')
  await page.waitForURL(/#main$/)
  await page.goBack()
  await page.waitForURL(/new$/)
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'The key was not copied.' }).waitFor(PATIENT)
  await page.getByRole('button', { name: 'Go back' }).click()
  await picture(page, 'account-key')
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor(PATIENT)
  await page.getByRole('button', { name: 'Open the keys' }).click()
  await page.locator('[data-key=journey]').waitFor(PATIENT)
  expect(await page.locator('[data-key]').count()).toBe(1)
  expect(await page.content()).not.toContain(secret)
})

test('a request through the gateway costs what its answer says, and the history has it', async () => {
  const before = await balance()
  const { data, response } = await ask()
  expect(data.choices[0]?.message.content).toContain(MODEL)
  const cost = response.headers.get('x-flareflow-cost-usd') ?? ''
  expect(parseUsd(cost)).toBeGreaterThan(0n)
  expect(parseUsd(response.headers.get('x-flareflow-held-usd') ?? '0')).toBeGreaterThan(parseUsd(cost))
  costs.push(cost)
  await expect.poll(balance, PATIENT).toBe(before - parseUsd(cost))
  await page.goto('/credits')
  const line = history().locator('[data-entry=usage]').first()
  await line.getByText(MODEL).waitFor(PATIENT)
  expect(await line.locator('[data-change]').getAttribute('data-change')).toBe(formatUsd(usd(-parseUsd(cost))))
  const link = line.getByRole('link', { name: /^Receipt of the request to/ }).last()
  expect(await link.getAttribute('href')).toContain(response.headers.get('x-request-id') ?? 'no id')
  await picture(page, 'credits')
})

describe('the history', () => {
  test('is filtered in the address, which another tab shows the same', async () => {
    await page.goto('/credits')
    await history().getByRole('link', { name: 'Usage', exact: true }).click()
    await page.waitForURL(/type=usage/)
    await expect.poll(() => history().locator('[data-entry=bonus]').count(), PATIENT).toBe(0)
    const other = await visitor.context.newPage()
    await other.goto(page.url())
    await other.locator('[data-entry=usage]').first().waitFor(PATIENT)
    expect(await other.locator('[data-entry=bonus]').count()).toBe(0)
    await other.close()
  })

  test('says what hides entries, and leads back to all', async () => {
    await history().getByRole('link', { name: 'Refunds' }).click()
    await history().getByText('No entries match.').waitFor(PATIENT)
    await history().getByRole('link', { name: 'All types' }).click()
    await history().locator('[data-entry=bonus]').first().waitFor(PATIENT)
    expect(new URL(page.url()).search).toBe('')
  })
})

describe('what a month may cost', () => {
  const row = () => page.locator('section', { has: page.getByRole('heading', { name: 'Cap per month' }) })

  test('is told at its field when it is no amount', async () => {
    await row().getByRole('textbox', { name: 'Cap' }).fill('none')
    await row().getByRole('button', { name: 'Set cap' }).click()
    await row()
      .getByText(/^The amount is not valid/)
      .waitFor(PATIENT)
    await expect.poll(() => page.evaluate(() => document.activeElement?.id), PATIENT).toBe('cap-amount')
  })

  test('stops requests once it is reached, with what to do', async () => {
    await row()
      .getByRole('textbox', { name: 'Cap' })
      .fill(costs[0] ?? '')
    await row().getByRole('button', { name: 'Set cap' }).click()
    await page.getByText(/^The cap of .* is reached\.$/).waitFor(PATIENT)
    await expect(ask()).rejects.toMatchObject({ status: 429, code: 'cap_reached' })
    await row().getByRole('button', { name: 'Remove cap' }).click()
    await row().getByText('No cap.').waitFor(PATIENT)
    expect((await ask()).response.status).toBe(200)
  })
})

test('a tier is chosen, and its providers answer from then on', async () => {
  const row = page.locator('section', { has: page.getByRole('heading', { name: 'Tier', exact: true }) })
  await row.getByRole('radio', { name: 'Starter' }).check()
  await row.getByRole('button', { name: 'Change tier' }).click()
  await page.locator('[data-now=credit-tier]').getByText('Starter.').waitFor(PATIENT)
  await picture(page, 'credits-tier')
  const models = async () => (await client().models.list()).data.map(({ id }) => id)
  // A key's account is looked up once a second.
  await expect.poll(models, PATIENT).toContain('gpt-4o')
})

test('the playground streams an answer with its cost and its receipt', async () => {
  await page.goto('/playground')
  await page.getByLabel('Model').selectOption(MODEL)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Write a message.').waitFor(PATIENT)
  await tabTo(page, 'Message')
  await page.keyboard.type('Say hello in one word.')
  await page.keyboard.press('Control+Enter')
  const turn = page.locator('[data-turn=done]')
  await turn.waitFor(PATIENT)
  expect(await turn.textContent()).toContain(`This is ${MODEL}`)
  const cost = (await turn.locator('[data-cost]').getAttribute('data-cost')) ?? ''
  expect(parseUsd(cost)).toBeGreaterThan(0n)
  await turn.getByRole('link', { name: 'Receipt' }).waitFor(PATIENT)
  await picture(page, 'playground')
  expect(await accessibilityFaults(page)).toEqual([])
})

test('a limit on a user stops their requests alone, and the page says so', async () => {
  const messages = [{ role: 'user' as const, content: 'Say hello in one word.' }]
  const askAs = (user: string): Promise<unknown> =>
    client()
      .chat.completions.create({ model: MODEL, messages, user })
      .then(
        () => 'answered',
        (error: unknown) => (error instanceof OpenAI.APIError ? error.code : error),
      )
  const limits = page.locator('section', { has: page.getByRole('heading', { name: 'Limits', exact: true }) })
  await page.goto('/credits')
  await limits.getByText('None: every key works as long as there are credits.').waitFor(PATIENT)
  await limits.getByRole('button', { name: 'Add a limit' }).click()
  await limits.getByLabel('For').selectOption({ label: 'An end user' })
  await limits.getByLabel('User, as calls name them').fill('limited')
  await limits.getByLabel('At most').fill('1')
  await limits.getByLabel('Of', { exact: true }).selectOption({ label: 'answered requests' })
  await limits.getByRole('button', { name: 'Set limit' }).click()
  await limits.getByText('End user “limited”: 1 requests a UTC month').waitFor(PATIENT)
  expect(await askAs('limited')).toBe('answered')
  await expect.poll(() => askAs('limited'), { ...PATIENT, interval: 1_000 }).toBe('limit_reached')
  await limits.getByText('Refused now').waitFor(PATIENT)
  expect(await askAs('somebody-else')).toBe('answered')
  expect(await accessibilityFaults(page)).toEqual([])
  await limits.getByRole('button', { name: /^Remove/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove limit' }).click()
  await expect.poll(() => askAs('limited'), { ...PATIENT, interval: 1_000 }).toBe('answered')
})

test('a key is renamed, and revoked only after it was asked; then it is refused', async () => {
  await page.goto('/credits/keys')
  await page.getByRole('button', { name: 'Change journey' }).click()
  await page.getByLabel('Name').fill('renamed')
  await page.getByLabel('Power level').selectOption({ label: 'Eco' })
  await page.getByRole('button', { name: 'Change key' }).click()
  await page
    .locator('[data-key=renamed]')
    .getByText(/^Used .* Eco unless/)
    .waitFor(PATIENT)
  await picture(page, 'account-keys')
  await page.getByRole('button', { name: 'Revoke renamed' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke renamed for good?' })
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), PATIENT).toBe('Cancel')
  await page.keyboard.press('Escape')
  expect(await page.locator('[data-key=renamed]').count()).toBe(1)
  await page.getByRole('button', { name: 'Revoke renamed' }).click()
  await dialog.getByRole('button', { name: 'Revoke key' }).click()
  await page.getByText('No API key yet.').waitFor(PATIENT)
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), PATIENT).toBe('API keys')
  await expect(ask()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
})

test.each(['/credits', '/credits/keys', '/credits/keys/new', '/byok', '/playground', '/docs/api'])(
  'light, dark and 320 px wide, axe finds nothing and nothing scrolls sideways: %s',
  async (path) => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor(PATIENT)
    await page.waitForLoadState('networkidle')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await accessibilityFaults(page)).toEqual([])
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await sidewaysPixels(page)).toBe(0)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(visitor.faults).toEqual([])
  },
)
