import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  approve,
  connectAs,
  createSubscription,
  decline,
  keepKey,
  orderSubscription,
  PATIENT,
  type Role,
  type Visitor,
  visit,
  wallet,
} from '#tests/support/console-page.ts'
import { useDashboard } from '#tests/support/stack.ts'

let browser: Browser
let url: string

beforeAll(async () => {
  ;({ url } = await useDashboard())
  browser = await launchChromium()
})
afterAll(() => browser?.close())

async function visitAs(role: Role): Promise<Visitor> {
  const visitor = await visit(browser, url)
  await visitor.page.goto('/subscriptions')
  await connectAs(visitor.page, role)
  return visitor
}

interface Vault {
  vault: { id: string; serviceName: string }
  key: { state: string; masked: string | null }
}

async function vaultsNamed(page: Page, name: string): Promise<Vault[]> {
  const { vaults }: { vaults: Vault[] } = await (await page.request.get('/api/vaults')).json()
  return vaults.filter(({ vault }) => vault.serviceName === name)
}

/** Elements whose text or ground wears the colour of failure. */
const redParts = (page: Page): Promise<number> =>
  page.locator('main :is(.text-bad, .bg-bad, .bg-bad-soft, .border-bad)').count()

describe('declining in the wallet', () => {
  test('a declined sign-in says so without red, and connecting again works', async () => {
    await using visitor = await visit(browser, url)
    const { page } = visitor
    await page.goto('/subscriptions')
    await page.getByRole('banner').getByRole('button', { name: 'Connect Wallet' }).click()
    await decline(page)
    await page.getByText('You declined in the wallet. You are not signed in.').first().waitFor(PATIENT)
    expect(await redParts(page)).toBe(0)
    await connectAs(page, 'customer')
  })

  test('a declined order keeps every entry, shows no red and leaves no transaction', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await orderSubscription(page, 'declined', '7.25')
    await decline(page)
    await page.getByText('You declined in the wallet.').first().waitFor(PATIENT)
    await page.getByText('Nothing was sent and nothing was charged. Your entries are still here.').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('declined')
    expect(await page.getByLabel('FLOW deposit').inputValue()).toBe('7.25')
    expect(await redParts(page)).toBe(0)
    expect(await page.evaluate(() => localStorage.getItem('flareflow.transactions'))).toBeNull()
    expect(await vaultsNamed(page, 'declined')).toEqual([])
    // The same order goes through at the next attempt.
    await page.getByRole('button', { name: 'Create Subscription & API Key' }).click()
    await approve(page)
    await page.locator('[data-secret]').waitFor(PATIENT)
  })
})

describe('one order makes one vault', () => {
  test('a double click sends one transaction', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await page.goto('/subscriptions/new')
    await page.getByLabel('Name').fill('twice')
    await page.getByRole('button', { name: 'Create Subscription & API Key' }).dblclick()
    await approve(page)
    await page.locator('[data-secret]').waitFor(PATIENT)
    expect(await wallet(page).getByRole('button').count()).toBe(0)
    expect(await vaultsNamed(page, 'twice')).toHaveLength(1)
  })

  test('a second tab with the same order waits for the first', async () => {
    await using visitor = await visitAs('customer')
    const { page, context } = visitor
    const other = await context.newPage()
    await orderSubscription(page, 'two-tabs')
    await wallet(page).getByRole('button', { name: 'Approve' }).waitFor(PATIENT)
    await orderSubscription(other, 'two-tabs')
    await other.getByText('open in another tab').waitFor(PATIENT)
    await approve(page)
    await page.locator('[data-secret]').waitFor(PATIENT)
    expect(await vaultsNamed(page, 'two-tabs')).toHaveLength(1)
  })
})

describe('a tab that is closed', () => {
  test('after sealing, before the key: the list offers to finish, once', async () => {
    await using visitor = await visitAs('customer')
    const { page, context } = visitor
    // The tab dies at the moment that it would ask for the key.
    await context.route('**/api/vaults/*/key', (route) => route.abort())
    await orderSubscription(page, 'closed-early')
    await approve(page)
    await page.getByText('The vault is open; its key isn’t here yet.').waitFor(PATIENT)
    await page.close()
    await context.unroute('**/api/vaults/*/key')

    const again = await context.newPage()
    await again.goto('/subscriptions')
    const tile = again.getByRole('article', { name: 'closed-early' })
    await tile.getByText('This subscription has no key yet.').waitFor(PATIENT)
    await tile.getByRole('link', { name: 'Get the key' }).click()
    await again.getByRole('button', { name: 'Get the key' }).click()
    await again.locator('[data-secret]').waitFor(PATIENT)
    const secret = (await again.locator('[data-secret]').textContent()) ?? ''
    await keepKey(again)
    expect((await vaultsNamed(again, 'closed-early')).map(({ key }) => key)).toMatchObject([
      { state: 'active', masked: `sk-…${secret.slice(-4)}`, acknowledged: true },
    ])
  })

  test('with the key on screen and not copied: another can be made in its place', async () => {
    await using visitor = await visitAs('customer')
    const { page, context } = visitor
    const lost = await createSubscription(page, 'not-copied')
    await page.close({ runBeforeUnload: false })

    const again = await context.newPage()
    await again.goto('/subscriptions')
    await again.getByRole('article', { name: 'not-copied' }).getByRole('link', { name: 'Make a new key' }).click()
    await again.getByRole('button', { name: 'Make a new key' }).click()
    await again.locator('[data-secret]').waitFor(PATIENT)
    const secret = await again.locator('[data-secret]').textContent()
    expect(secret).not.toBe(lost)
    await keepKey(again)
    await again.goto('/subscriptions')
    const tile = again.getByRole('article', { name: 'not-copied' })
    await tile.locator('[data-masked-key]').waitFor(PATIENT)
    expect(await tile.getByRole('link', { name: 'Make a new key' }).count()).toBe(0)
  })
})

const signInAgain = (page: Page) => page.getByRole('dialog', { name: 'Sign in again to continue' })

/** The wallet is switched in another tab, which ends the session. */
async function switchElsewhere(page: Page): Promise<void> {
  const account: string = await page.evaluate(() => {
    const stored = JSON.parse(localStorage.getItem('CURRENT_USER') ?? '{}')
    const switched = { ...stored, addr: '0x01cf0e2f2f715450' }
    localStorage.setItem('CURRENT_USER', JSON.stringify(switched))
    window.dispatchEvent(new Event('focus'))
    return stored.addr
  })
  expect(account).toMatch(/^0x/)
  await signInAgain(page).waitFor(PATIENT)
}

async function signInAgainAs(page: Page, role: Role): Promise<void> {
  await signInAgain(page).getByRole('button', { name: 'Connect Wallet' }).click()
  await wallet(page)
    .getByRole('button', { name: new RegExp(role, 'i') })
    .click(PATIENT)
  await signInAgain(page).waitFor({ state: 'detached', ...PATIENT })
}

describe('the session follows the wallet', () => {
  test('a wallet that was switched elsewhere ends the session, and the draft stays', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await page.goto('/subscriptions/new')
    await page.getByLabel('Name').fill('half-typed')
    await switchElsewhere(page)
    expect(await (await page.request.get('/api/auth/session')).json()).toBeNull()
    expect((await page.request.get('/api/vaults')).status()).toBe(401)
    expect(await page.getByLabel('Name').inputValue()).toBe('half-typed')

    await signInAgainAs(page, 'customer')
    expect(await page.getByLabel('Name').inputValue()).toBe('half-typed')
  })

  test('a declined switch is said, and leaves the account as it was: it still signs', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('button', { name: 'Switch wallet' }).click()
    await decline(page)
    await page
      .getByText(/You declined in the wallet. You are still signed in as 0x/)
      .first()
      .waitFor(PATIENT)
    expect(await createSubscription(page, 'after-a-declined-switch')).toMatch(/^sk-/)
  })

  test('a session without a wallet says so, and the wallet can be connected again', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await page.evaluate(() => localStorage.removeItem('CURRENT_USER'))
    await orderSubscription(page, 'no-wallet')
    await page.getByText('No wallet is connected, though you are signed in.').first().waitFor(PATIENT)
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('button', { name: 'Connect wallet', exact: true }).click()
    await wallet(page)
      .getByRole('button', { name: /customer/i })
      .click(PATIENT)
    await page.getByText('Wallet connected').waitFor({ state: 'attached', ...PATIENT })
    await page.getByRole('button', { name: 'Create Subscription & API Key' }).click()
    await approve(page)
    await page.locator('[data-secret]').waitFor(PATIENT)
    expect((await vaultsNamed(page, 'no-wallet')).length).toBe(1)
  })

  test('disconnecting without an answer is said, and the account stays', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await page.route('**/api/auth/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    )
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('button', { name: 'Disconnect wallet' }).click()
    await page.getByText('You may still be signed in.').first().waitFor(PATIENT)
    expect(await page.getByRole('button', { name: /^Account/ }).isVisible()).toBe(true)
    expect(visitor.faults).toEqual([])
  })

  test('switching to another account shows that account only', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await createSubscription(page, 'mine')
    await keepKey(page)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Subscriptions' }).click()
    await page.getByRole('article', { name: 'mine' }).first().waitFor(PATIENT)
    await connectAs(page, 'admin')
    await page.getByText('No subscription yet.').waitFor(PATIENT)
    expect(await page.getByText('mine', { exact: true }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Revenue' }).count()).toBe(0)
  })

  test('switching on a page takes the former account’s figures away at once', async () => {
    await using visitor = await visitAs('customer')
    const { page } = visitor
    await createSubscription(page, 'former-owner')
    await keepKey(page)
    const path = new URL(page.url()).pathname
    // What the next account may see is not known yet.
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/api/vaults/*', async (route) => {
      await held
      await route.continue()
    })
    await connectAs(page, 'admin')
    await page.getByText('Loading the subscription').waitFor({ state: 'attached', ...PATIENT })
    expect(await page.locator('main').getByText('former-owner').count()).toBe(0)
    release()
    await page.getByRole('heading', { level: 1, name: 'No such subscription' }).waitFor(PATIENT)
    for (const under of ['settings', 'key']) {
      await page.goto(`${path}/${under}`)
      await page.getByRole('heading', { level: 1, name: 'No such subscription' }).waitFor(PATIENT)
    }
    expect(await page.locator('main').getByText('former-owner').count()).toBe(0)
  })

  test('disconnecting ends the session on the server', async () => {
    await using visitor = await visitAs('provider')
    const { page } = visitor
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('button', { name: 'Disconnect wallet' }).click()
    await page.getByRole('banner').getByRole('button', { name: 'Connect Wallet' }).waitFor(PATIENT)
    expect(await (await page.request.get('/api/auth/session')).json()).toBeNull()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})
