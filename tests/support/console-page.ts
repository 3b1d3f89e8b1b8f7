import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export type Role = 'customer' | 'provider' | 'admin'

/** Long enough for a busy machine; what has to be fast is measured by the test itself. */
export const PATIENT = { timeout: 30_000 }

/** A person at the console in a browser of their own, with what went wrong in it. */
export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors of scripts and breaches of the content security policy, in order. */
  readonly faults: readonly string[]
}

type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>

export async function visit(browser: Browser, url: string, options: ContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, baseURL: url, ...options })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (/content security policy|hydrat/i.test(message.text())) faults.push(message.text())
  })
  return { context, page, faults, [Symbol.asyncDispose]: () => context.close() }
}

/** The development wallet over the page. */
export const wallet = (page: Page): FrameLocator => page.frameLocator('#FCL_IFRAME')

export const approve = (page: Page): Promise<void> =>
  wallet(page).getByRole('button', { name: 'Approve' }).click(PATIENT)
export const decline = (page: Page): Promise<void> =>
  wallet(page).getByRole('button', { name: 'Decline' }).click(PATIENT)

/** Connects from the header, or switches when somebody is connected already. */
export async function connectAs(page: Page, role: Role): Promise<void> {
  const header = page.getByRole('banner')
  const connect = header.getByRole('button', { name: 'Connect Wallet' })
  const account = header.getByRole('button', { name: /^Account/ })
  await connect.or(account).first().waitFor(PATIENT)
  let before = 'nobody'
  if (await account.isVisible()) {
    before = (await account.textContent()) ?? before
    await account.click()
    await page.getByRole('button', { name: 'Switch wallet' }).click()
  } else {
    await connect.click()
  }
  await wallet(page)
    .getByRole('button', { name: new RegExp(role, 'i') })
    .click(PATIENT)
  await account.filter({ hasNotText: before }).waitFor(PATIENT)
}

/** Fills the order of a new subscription and sends it to the wallet. */
export async function orderSubscription(page: Page, name: string, deposit = '10.00'): Promise<void> {
  await page.goto('/subscriptions/new')
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('FLOW deposit').fill(deposit)
  await page.getByRole('button', { name: 'Create Subscription & API Key' }).click()
}

/** Opens a subscription and returns its key, read off the page that shows it once. */
export async function createSubscription(page: Page, name: string, deposit?: string): Promise<string> {
  await orderSubscription(page, name, deposit)
  await approve(page)
  await page.locator('[data-secret]').waitFor(PATIENT)
  return (await page.locator('[data-secret]').textContent()) ?? ''
}

/** Copies the key, after which leaving doesn't ask. */
export async function keepKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor(PATIENT)
  await page.getByRole('button', { name: 'Open the subscription' }).click()
  await page.getByRole('heading', { name: 'Settlement' }).waitFor(PATIENT)
}

/** A figure's text by its id. */
export const figure = (within: Page | Locator, id: string): Promise<string | null> =>
  within.locator(`[data-figure="${id}"]`).first().textContent(PATIENT)

/** What axe finds on the page as it is now, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Colours on their way from one theme to the other belong to neither.
  await page.evaluate(async () => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
    await Promise.allSettled(transitions.map(({ finished }) => finished))
  })
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} at ${node.target.join(' ')}`))
}

/** How far the page can be scrolled sideways, in pixels. */
export const sidewaysPixels = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** Presses Tab until the control with this name has focus; focus is visible, and never lost, at each step. */
export async function tabTo(page: Page, name: string | RegExp, most = 40): Promise<void> {
  for (let step = 0; step < most; step++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const active = document.activeElement
      if (!active || active === document.body) return null
      const label = active.getAttribute('aria-label') ?? (active as HTMLInputElement).labels?.[0]?.textContent
      const text = (label ?? active.textContent ?? '').trim()
      return { text, outline: getComputedStyle(active).outlineStyle, frame: active.tagName === 'IFRAME' }
    })
    if (at === null) continue
    if (!at.frame) expect(at, 'focus can be seen').toMatchObject({ outline: expect.not.stringMatching('none') })
    if (typeof name === 'string' ? at.text.includes(name) : name.test(at.text)) return
  }
  throw new Error(`Tab never came to ${String(name)}.`)
}
