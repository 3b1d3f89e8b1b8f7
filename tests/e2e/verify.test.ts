import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalLeaf } from '#lib/metering/canonical-leaf.ts'
import { appendLeaf, EMPTY_FRONTIER, frontierRoot } from '#lib/merkle/frontier.ts'
import { leafHash } from '#lib/merkle/hash.ts'
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
import { useDashboard } from '#tests/support/stack.ts'

/** What a caller may choose as a call's id. */
const CALL_ID = 'a/b %2F?#&ü'

let browser: Browser
let url: string
let accessNode: string
let customer: Visitor
let page: Page
/** The receipt of one of the customer's requests, as it was downloaded. */
let receipt: string

beforeAll(async () => {
  const dashboard = await useDashboard()
  ;({ url } = dashboard)
  const config: { accessNode: string } = await (await fetch(`${url}/api/config`)).json()
  ;({ accessNode } = config)
  browser = await launchChromium()
  customer = await visit(browser, url)
  page = customer.page
  await page.goto('/subscriptions')
  await connectAs(page, 'customer')
  const caller = customerOf(dashboard.litellmUrl, await createSubscription(page, 'checked', '5.00'))
  await keepKey(page)
  for (const model of ['gpt-4o', 'no-such-model', 'llama-3-70b', 'gpt-4o']) {
    await caller.chat({ model }, { 'x-litellm-call-id': CALL_ID })
  }
  await page.locator('tr[data-request]').nth(3).waitFor(PATIENT)
})
afterAll(() => browser?.close())

const verdict = (on: Page, expected: 'proven' | 'not proven'): Promise<void> =>
  on.locator(`[data-verdict="${expected}"]`).waitFor(PATIENT)
const failedStep = (on: Page): Promise<string | null> => on.locator('[data-step="failed"]').first().textContent(PATIENT)

async function paste(on: Page, text: string): Promise<void> {
  await on.getByLabel('Receipt or bill').fill(text)
  await on.getByRole('button', { name: 'Check', exact: true }).click()
}

describe('a customer', () => {
  test('opens a request’s receipt from the subscription, and the browser proves it', async () => {
    const path = `/api${new URL(page.url()).pathname.replace('subscriptions', 'vaults')}`
    const unsettled = async (): Promise<string> => {
      const view = (await (await page.request.get(path)).json()) as { settlement: { unsettledTokens: string } }
      return view.settlement.unsettledTokens
    }
    await expect.poll(unsettled, PATIENT).toBe('0')
    await page
      .getByRole('link', { name: /^Receipt of the request to gpt-4o/ })
      .locator('visible=true')
      .first()
      .click(PATIENT)
    await verdict(page, 'proven')
    expect(await page.locator('[data-step="ok"]').count()).toBe(10)
    expect(await page.locator('[data-step="failed"]').count()).toBe(0)
    await page.getByText('gpt-4o', { exact: true }).first().waitFor(PATIENT)
  })

  test('downloads the receipt', async () => {
    const waiting = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download receipt' }).click()
    receipt = await readFile((await (await waiting).path()) ?? '', 'utf8')
    expect(JSON.parse(receipt)).toMatchObject({ kind: 'flareflow.receipt', settlement: { state: 'settled' } })
  })

  test('checks the whole bill with one more click', async () => {
    await page.getByRole('button', { name: /^Check the whole bill/ }).click()
    await page.getByText('This bill is right.').waitFor(PATIENT)
    await verdict(page, 'proven')
    expect(await page.locator('[data-step="failed"]').count()).toBe(0)
    expect(await page.getByRole('list', { name: 'Steps of the check' }).textContent()).toContain('gpt-4o')
  })
})

test('several requests with the id that their caller chose each have a receipt, also one that failed', async () => {
  await page.goto(`/verify?call=${encodeURIComponent(CALL_ID)}`)
  await page.getByText('4 requests carry this id').waitFor(PATIENT)
  const billed: (string | null)[] = []
  for (const request of [1, 2, 3, 4]) {
    await page.getByRole('button', { name: new RegExp(`, request ${request}$`) }).click()
    await verdict(page, 'proven')
    billed.push(await page.locator('dt', { hasText: 'Billed' }).locator('xpath=following-sibling::dd').textContent())
  }
  expect(billed.toSorted()).toEqual(['0 tokens', '30 tokens', '30 tokens', '30 tokens'])
})

describe('anybody, without a wallet or an account', () => {
  let visitor: Visitor
  let on: Page
  beforeAll(async () => {
    visitor = await visit(browser, url)
    on = visitor.page
    await on.goto('/verify')
  })

  test('checks a receipt that somebody gave them', async () => {
    await paste(on, receipt)
    await verdict(on, 'proven')
    expect(await on.getByRole('button', { name: /^Check the whole bill/ }).count()).toBe(0)
  })

  test('is told which step fails when it was changed, and what that means', async () => {
    const bad = receipt.replace(/"root": "(.)/, (_, first: string) => `"root": "${first === '0' ? '1' : '0'}`)
    await paste(on, bad)
    await verdict(on, 'not proven')
    expect(await failedStep(on)).toContain('The proof was changed.')
    await on.getByText('This receipt doesn’t match the chain.').waitFor(PATIENT)
    await paste(on, 'no receipt at all')
    expect(await failedStep(on)).toContain('is not JSON')
    await on.getByText('This is neither a receipt nor a bill.').waitFor(PATIENT)
  })

  test('is asked for a receipt when there is none', async () => {
    await paste(on, '')
    await on.getByText('Paste a receipt first, or choose a file.').waitFor(PATIENT)
    expect(await on.getByLabel('Receipt or bill').getAttribute('aria-invalid')).toBe('true')
  })

  test('is asked to connect for a receipt of their own', async () => {
    await on.goto('/verify?call=some-request')
    await on.getByText('Connect your wallet to see the receipt of your request.').waitFor(PATIENT)
    expect(await on.locator('[data-verdict]').count()).toBe(0)
  })

  test('asks another node, which the page may ask only then, and keeps what was pasted', async () => {
    const own = new URL(accessNode)
    own.hostname = own.hostname === 'localhost' ? '127.0.0.1' : 'localhost'
    await on.goto('/verify')
    await on.getByLabel('Receipt or bill').fill(receipt)
    await on.getByText('The chain is asked at').click()
    await on.getByLabel('Another Flow node').fill('http://node.example')
    await on.getByRole('button', { name: 'Use this node' }).click()
    await on.getByText('Give the REST address of a Flow access node').waitFor(PATIENT)
    await on.getByLabel('Another Flow node').fill(own.origin)
    await on.getByRole('button', { name: 'Use this node' }).click()
    await on.getByText(`${own.origin}, your own choice`).waitFor(PATIENT)
    await on.getByRole('button', { name: 'Check', exact: true }).click()
    await verdict(on, 'proven')
    expect(await on.getByText(`${own.origin} answers for flow-emulator.`).count()).toBe(1)
  })

  test('is told that nothing is known when the node doesn’t answer', async () => {
    await on.getByText('The chain is asked at').click()
    await on.getByLabel('Another Flow node').fill('http://127.0.0.1:9')
    await on.getByRole('button', { name: 'Use this node' }).click()
    await on.getByText('http://127.0.0.1:9, your own choice').waitFor(PATIENT)
    await paste(on, receipt)
    await on.getByText('The Flow node gave no answer.').first().waitFor(PATIENT)
    await on.getByText('The chain is asked at').click()
    await on.getByRole('button', { name: 'Use the usual node again' }).click()
    await expect.poll(() => on.getByText('your own choice').count(), PATIENT).toBe(0)
  })

  test('adds up a bill of 100,000 requests while the page stays alive', async () => {
    await on.evaluate(() => {
      const seen: string[] = []
      Object.assign(window, { seen })
      new MutationObserver(() => {
        const value = document.querySelector('progress')?.getAttribute('value')
        if (value && value !== seen.at(-1)) seen.push(value)
      }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
    })
    const chooser = on.waitForEvent('filechooser')
    await on.getByRole('button', { name: 'Choose a file' }).click()
    await (await chooser).setFiles({ name: 'bill.ndjson', mimeType: 'application/x-ndjson', buffer: longBill(100_000) })
    await on.getByText('100000 requests.').waitFor({ timeout: 120_000 })
    expect(await failedStep(on)).toContain('knows no sealed transaction')
    const painted = await on.evaluate(() => (Reflect.get(window, 'seen') as string[]).length)
    expect(painted).toBeGreaterThan(10)
  })

  test('sees no script and no policy broken', () => {
    // The node that doesn't exist was tried on purpose.
    expect(visitor.faults).toEqual([])
    expect(customer.faults).toEqual([])
  })
})

/** A bill that fits together, of requests that nobody settled. */
function longBill(count: number): Buffer {
  const about = JSON.parse(receipt) as Record<string, unknown>
  let frontier = EMPTY_FRONTIER
  const lines = Array.from({ length: count }, (_, ordinal) => {
    const counts = { inputTokens: 100n, outputTokens: 50n, billableTokens: 150n }
    const id = `request-${ordinal}`
    const at = { id, vaultId: 7n, period: 202_611, ordinal, startedAt: new Date(1_795_000_000_000 + ordinal) }
    const line = canonicalLeaf({ ...at, ...counts, keyHash: 'ab'.repeat(32), model: 'gpt-4' })
    frontier = appendLeaf(frontier, leafHash(line))
    return line
  })
  const { network, contract, deployment } = about
  const models = [{ model: 'gpt-4', tokens: String(count * 150) }]
  const head = {
    kind: 'flareflow.bill',
    version: 1,
    network,
    contract,
    deployment,
    vault: '7',
    period: 202_611,
    root: frontierRoot(frontier),
    reading: { sequence: '1', eventCount: String(count), models },
    transaction: 'ab'.repeat(32),
  }
  return Buffer.from(`${[JSON.stringify(head), ...lines].join('\n')}\n`)
}

describe.each([
  ['phone', { width: 375, height: 800 }],
  ['desktop', { width: 1280, height: 900 }],
] as const)('on a %s', (device, viewport) => {
  test.each(['light', 'dark'] as const)(
    'in %s, nothing is out of reach, and it looks as it should',
    async (colorScheme) => {
      await using visitor = await visit(browser, url, { viewport, colorScheme })
      const { page: on } = visitor
      const look = async (name: string): Promise<void> => {
        expect(await accessibilityFaults(on)).toEqual([])
        expect(await sidewaysPixels(on)).toBe(0)
        const folder = process.env['SCREENSHOTS']
        if (folder)
          await on.screenshot({ path: `${folder}/verify-${name}-${device}-${colorScheme}.png`, fullPage: true })
      }
      await on.goto('/verify')
      await on.getByRole('heading', { name: 'What this can’t prove' }).waitFor(PATIENT)
      await look('empty')
      await paste(on, receipt)
      await verdict(on, 'proven')
      await look('proven')
      await paste(on, receipt.replace('\\"output\\":\\"20', '\\"output\\":\\"10'))
      await verdict(on, 'not proven')
      await look('failed')
    },
  )
})
