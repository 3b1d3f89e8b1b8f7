import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import { PATIENT, type Visitor, visit } from '#tests/support/console-page.ts'
import { sessionOf } from '#tests/support/gateway-world.ts'
import { startStripeWeb, type StripeWeb } from '#tests/support/stripe-web.ts'

/** The emulator's own account: somebody else. */
const OTHER = '0xf8d6e0586b0a20c7'

let web: StripeWeb
let browser: Browser
let visitor: Visitor
let page: Page

beforeAll(async () => {
  web = await startStripeWeb()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await web?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  visitor = await visit(browser, web.url)
  page = visitor.page
  await signIn(web.address)
  return () => visitor[Symbol.asyncDispose]()
})

async function signIn(address: string): Promise<void> {
  const value = await sessionOf(web.ctx, address)
  await visitor.context.addCookies([{ name: 'flareflow_session', value, url: web.url }])
}

const asked = () => page.getByRole('dialog', { name: 'Sign in again to continue' })

/** The page looks at the session when its window gets the focus, at most every few seconds. */
const looks = (isAsked: boolean) =>
  expect
    .poll(async () => {
      await page.evaluate(() => window.dispatchEvent(new Event('focus')))
      return asked().isVisible()
    }, PATIENT)
    .toBe(isAsked)

async function endSession(): Promise<void> {
  await visitor.context.clearCookies()
  await looks(true)
}

describe('a session that ends by itself', () => {
  test('keeps what was typed for the same account, and for no other', async () => {
    await page.goto('/credits/keys/new')
    await page.getByLabel('Name').fill('half-typed')
    await endSession()
    await signIn(web.address)
    await looks(false)
    expect(await page.getByLabel('Name').inputValue()).toBe('half-typed')
    await endSession()
    await signIn(OTHER)
    await looks(false)
    await expect.poll(() => page.getByLabel('Name').inputValue(), PATIENT).toBe('')
    expect(visitor.faults).toEqual([])
  })

  test('keeps an answer that is under way in the playground', async () => {
    await page.goto('/playground')
    const over = Promise.withResolvers<void>()
    const chunk = { model: 'slow', choices: [{ delta: { content: 'Hello.' } }] }
    await page.route('**/chat/completions', async (route) => {
      await over.promise
      const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`
      await route.fulfill({ contentType: 'text/event-stream', body })
    })
    await page.getByRole('textbox', { name: 'Message' }).fill('Say hello in one word.')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('[data-turn=waiting]').waitFor(PATIENT)
    await endSession()
    over.resolve()
    await page.locator('[data-turn=done]').waitFor(PATIENT)
    await signIn(web.address)
    await looks(false)
    expect(await page.locator('[data-turn=done]').textContent()).toContain('Hello.')
  })

  test('shows nothing of the account to who doesn’t sign in again', async () => {
    await page.goto('/credits')
    await page.locator('[data-figure=usable]').waitFor(PATIENT)
    await endSession()
    await asked().getByRole('button', { name: 'Not now' }).click()
    await page.getByText('Connect your wallet to see your credits.').waitFor(PATIENT)
    expect(await page.locator('[data-figure=usable]').count()).toBe(0)
  })
})
