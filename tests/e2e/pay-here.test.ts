import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseUsd } from '#lib/money/decimal.ts'
import { purchases } from '#services/platform/db/schema/index.ts'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  accessibilityFaults,
  figure,
  PATIENT,
  sidewaysPixels,
  type Visitor,
  visit,
} from '#tests/support/console-page.ts'
import { sessionOf } from '#tests/support/gateway-world.ts'
import { picture } from '#tests/support/pictures.ts'
import { signedEvent } from '#tests/support/stripe-events.ts'
import { standInForStripe } from '#tests/support/stripe-js.ts'
import { startStripeWeb, STRIPE_SECRET, type StripeWeb } from '#tests/support/stripe-web.ts'

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
  const value = await sessionOf(web.ctx, web.address)
  await visitor.context.addCookies([{ name: 'flareflow_session', value, url: web.url }])
  return () => visitor[Symbol.asyncDispose]()
})

const dialog = () => page.getByRole('dialog', { name: /^Pay \$\d+\.00 by card$/ })
const payHere = () => page.getByRole('button', { name: 'Pay here' })
const pay = () => dialog().getByRole('button', { name: /^Pay \$/ })

async function openForm(amount = '$25'): Promise<void> {
  await page.goto('/credits')
  await page.getByRole('radio', { name: amount }).check(PATIENT)
  await payHere().click()
  await dialog().getByLabel('Card number').waitFor(PATIENT)
}

async function fill(card: string): Promise<void> {
  await dialog().getByLabel('Card number').fill(card)
  await pay().click()
}

/** Stripe tells the server that the newest purchase was paid. */
async function stripeTells(type: 'succeeded' | 'payment_failed'): Promise<string> {
  const rows = await web.ctx.db.select().from(purchases).orderBy(purchases.createdAt)
  const newest = rows.at(-1)
  if (!newest) throw new Error('Nothing was bought.')
  const object = {
    id: newest.paymentIntentId,
    amount_received: type === 'succeeded' ? newest.cents : 0,
    currency: 'usd',
    metadata: { purchase_id: newest.id },
    customer: null,
    payment_method: null,
  }
  const { body, signature } = signedEvent(STRIPE_SECRET, `payment_intent.${type}`, object)
  const headers = { 'stripe-signature': signature, 'content-type': 'application/json' }
  const answer = await fetch(`${web.url}/api/stripe/webhook`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  return newest.id
}

const usable = async () => parseUsd(((await figure(page, 'usable')) ?? '').replace(/[$,]/g, ''))

describe('Stripe’s form on the page of credits', () => {
  test('is loaded when it is wanted and not before, from Stripe, in the page’s own theme', async () => {
    const stripe = await standInForStripe(page)
    await page.goto('/credits')
    await payHere().waitFor(PATIENT)
    await page.waitForLoadState('networkidle')
    expect(stripe.asked()).toBe(0)
    await payHere().click()
    await dialog().getByLabel('Card number').waitFor(PATIENT)
    expect(stripe.asked()).toBe(1)
    const opened = await dialog().locator('[data-opened]').getAttribute('data-opened')
    expect(opened).toMatch(/^pk_test_123 \S+_secret_\S+ stripe$/)
    expect(await accessibilityFaults(page)).toEqual([])
    await picture(page, 'pay-here')
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await sidewaysPixels(page)).toBe(0)
    expect(visitor.faults).toEqual([])
  })

  test('pays; the credits are there when Stripe told the server, not before', async () => {
    await standInForStripe(page)
    await openForm()
    const before = await usable()
    await fill('4242')
    await page.getByText('Stripe hasn’t confirmed the payment yet.').waitFor(PATIENT)
    expect(await dialog().count()).toBe(0)
    expect(await usable()).toBe(before)
    const id = await stripeTells('succeeded')
    await page.waitForURL(`**/credits?purchase=${id}`)
    await page.getByText('The payment arrived. The credits are in the account.').waitFor(PATIENT)
    await expect.poll(usable, PATIENT).toBe(before + parseUsd('25'))
    // What is bought next is another purchase.
    await payHere().click()
    await dialog().getByLabel('Card number').waitFor(PATIENT)
    expect(await stripeTells('succeeded')).not.toBe(id)
  })

  test('says what a card was refused for, and takes another one for the same purchase', async () => {
    await standInForStripe(page)
    await openForm()
    await fill('0002')
    await dialog().getByText('Your card was declined.').waitFor(PATIENT)
    await dialog().getByText('Nothing was charged.').waitFor(PATIENT)
    expect(await accessibilityFaults(page)).toEqual([])
    const id = await stripeTells('payment_failed')
    await fill('4242')
    // The refusal is the last that the server heard: it must not be told as the end.
    await page.getByText('Stripe hasn’t confirmed the payment yet.').waitFor(PATIENT)
    expect(await stripeTells('succeeded')).toBe(id)
    await page.getByText('The payment arrived.').waitFor(PATIENT)
  })

  test('says that nobody knows where Stripe gave no answer, in our words', async () => {
    await standInForStripe(page)
    await openForm()
    await fill('0119')
    await dialog().getByText('It is not known yet how the payment ended.').waitFor(PATIENT)
    expect(await dialog().textContent()).not.toContain('internal words')
  })

  test('lets a bank ask its question over the page', async () => {
    await standInForStripe(page)
    await openForm()
    await fill('3155')
    await page.getByRole('button', { name: 'Approve at the bank' }).click(PATIENT)
    await page.getByText('Stripe hasn’t confirmed the payment yet.').waitFor(PATIENT)
    expect(await dialog().count()).toBe(0)
  })

  test('keeps its amount while a bank asks: the order behind it can’t be changed', async () => {
    await standInForStripe(page)
    await openForm()
    await fill('3155')
    await page.getByRole('button', { name: 'Approve at the bank' }).waitFor(PATIENT)
    const choices = page.getByRole('form', { name: 'Add credits by card' }).getByRole('radio')
    expect(await choices.evaluateAll((all) => all.map((each) => each.matches(':disabled')))).toEqual(
      Array.from({ length: 4 }, () => true),
    )
  })

  test('closes with Escape, gives focus back, and opens the same purchase again', async () => {
    await standInForStripe(page)
    await openForm('$50')
    const opened = () => dialog().locator('[data-opened]').getAttribute('data-opened')
    const first = await opened()
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog().count(), PATIENT).toBe(0)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), PATIENT).toBe('Pay here')
    await payHere().click()
    await dialog().getByLabel('Card number').waitFor(PATIENT)
    expect(await opened()).toBe(first)
  })

  test('that can’t be loaded says so; the next try loads it', async () => {
    const stripe = await standInForStripe(page, { fails: 1 })
    await page.goto('/credits')
    await payHere().click(PATIENT)
    await dialog().getByText('Check that nothing blocks js.stripe.com.').waitFor(PATIENT)
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await payHere().click()
    await dialog().getByLabel('Card number').waitFor(PATIENT)
    expect(stripe.asked()).toBe(2)
  })
})

test('each word of a phone’s bar stands clear of the edges of the screen and of the next', async () => {
  await page.goto('/credits')
  await payHere().waitFor(PATIENT)
  await picture(page, 'credits-with-cards', false)
  for (const width of [320, 375]) {
    await page.setViewportSize({ width, height: 700 })
    const words = await page
      .locator('nav[aria-label=Main] ul > li')
      .filter({ visible: true })
      .evaluateAll((items) =>
        items.map((item) => {
          const range = document.createRange()
          range.selectNodeContents(item.firstElementChild ?? item)
          const { left, right } = range.getBoundingClientRect()
          return [left, right] as const
        }),
      )
    expect(words).toHaveLength(5)
    const edges = [0, ...words.flat(), width]
    for (let i = 0; i < edges.length; i += 2) expect((edges[i + 1] ?? 0) - (edges[i] ?? 0)).toBeGreaterThanOrEqual(6)
  }
})
