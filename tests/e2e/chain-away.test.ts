import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import { accessibilityFaults, PATIENT, type Visitor, visit } from '#tests/support/console-page.ts'
import { sessionOf } from '#tests/support/gateway-world.ts'
import { picture } from '#tests/support/pictures.ts'
import { type Relay, startRelay } from '#tests/support/relay.ts'
import { startStripeWeb, type StripeWeb } from '#tests/support/stripe-web.ts'

let web: StripeWeb
let node: Relay
let port: number
let browser: Browser
let visitor: Visitor
let page: Page

beforeAll(async () => {
  web = await startStripeWeb(async (accessNode) => {
    port = Number(new URL(accessNode).port)
    node = await startRelay(port)
    return `http://127.0.0.1:${node.port}`
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await web?.[Symbol.asyncDispose]()
  node?.close()
})
beforeEach(async () => {
  node.leadTo(port)
  visitor = await visit(browser, web.url)
  page = visitor.page
  const value = await sessionOf(web.ctx, web.address)
  await visitor.context.addCookies([{ name: 'flareflow_session', value, url: web.url }])
  await page.goto('/credits')
  await page.getByRole('heading', { name: 'Credits', level: 1 }).waitFor(PATIENT)
  return () => visitor[Symbol.asyncDispose]()
})

describe('while Flow’s node is silent', () => {
  test('pages that need nothing of the chain are there, and work', async () => {
    node.leadTo(null)
    for (const [path, heading] of [
      ['/credits', 'Credits'],
      ['/byok', 'Own keys'],
      ['/playground', 'Playground'],
      ['/docs/api', /API/],
    ] as const) {
      await page.goto(path)
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor(PATIENT)
    }
    await page.goto('/credits')
    await page.locator('[data-figure="usable"]').waitFor(PATIENT)
    await page
      .getByRole('banner')
      .getByRole('button', { name: /^Account/ })
      .click(PATIENT)
    await page.getByText('Flow doesn’t answer: roles unknown').waitFor(PATIENT)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(visitor.faults).toEqual([])
    await picture(page, 'chain-away')
  })

  test('a page of the chain says so, and is there when the node is back', async () => {
    node.leadTo(null)
    await page.goto('/subscriptions')
    const trouble = page
      .getByText(/Flow/)
      .filter({ hasText: /answer|reach/ })
      .first()
    await trouble.waitFor(PATIENT)
    node.leadTo(port)
    await page.goto('/subscriptions')
    await page.getByRole('heading', { name: 'Subscriptions', level: 1 }).waitFor(PATIENT)
    expect(await trouble.isVisible()).toBe(false)
  })

  test('the admin’s page does not tell somebody that they are none', async () => {
    node.leadTo(null)
    await page.goto('/admin/credits')
    await page.getByText('Whether you are the admin stands on chain.').waitFor(PATIENT)
    expect(await page.getByText('This page is the admin’s.').isVisible()).toBe(false)
  })
})
