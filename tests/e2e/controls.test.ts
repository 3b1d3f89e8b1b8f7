import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '#tests/support/chromium.ts'
import {
  approve,
  connectAs,
  createSubscription,
  decline,
  keepKey,
  PATIENT,
  type Role,
  tabTo,
  type Visitor,
  visit,
} from '#tests/support/console-page.ts'
import { useDashboard } from '#tests/support/stack.ts'

let url: string
let litellmUrl: string
let browser: Browser
let customer: Visitor
let page: Page
let secret: string
let vaultId: string

beforeAll(async () => {
  ;({ url, litellmUrl } = await useDashboard())
  browser = await launchChromium()
  customer = await visitAs('customer')
  page = customer.page
  secret = await createSubscription(page, 'controlled')
  await keepKey(page)
  vaultId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
})
afterAll(() => browser?.close())

async function visitAs(role: Role): Promise<Visitor> {
  const visitor = await visit(browser, url)
  await visitor.page.goto('/subscriptions')
  await connectAs(visitor.page, role)
  return visitor
}

const button = (name: string, on = page) => on.getByRole('button', { name, exact: true })
/** How a setting is, by the id of its row. */
const now = (row: string) => page.locator(`[data-now="${row}"]`)
const settings = () => page.goto(`/subscriptions/${vaultId}/settings`)
const addressOf = async ({ page: on }: Visitor): Promise<string> =>
  ((await (await on.request.get('/api/auth/session')).json()) as { address: string }).address

/** What LiteLLM answers to a call with a key. */
async function callWith(key: string): Promise<number> {
  const response = await fetch(`${litellmUrl}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  await response.body?.cancel()
  return response.status
}

describe('a pause', () => {
  test('that is declined changes nothing; two clicks on Pause send one transaction', async () => {
    await settings()
    await now('pause').getByText('Running.').waitFor(PATIENT)
    await button('Pause').dblclick()
    await decline(page)
    await page.getByText('You declined in the wallet.').waitFor(PATIENT)
    expect(await page.locator('#FCL_IFRAME').count()).toBe(0)
    expect(await callWith(secret)).toBe(200)
  })

  test('blocks the key when it is final, and the subscription says why and what to do', async () => {
    await button('Pause').click()
    await approve(page)
    await page.getByText('The subscription is paused; its key is blocked.').waitFor(PATIENT)
    expect(await callWith(secret)).toBe(401)
    await now('pause').getByText('Paused').waitFor(PATIENT)

    await page.goto(`/subscriptions/${vaultId}`)
    const block = page.locator('[data-block="paused"]').first()
    await block.getByText('The subscription is paused. Resume it to use the key.').waitFor(PATIENT)
    await page.getByText('Paused', { exact: true }).waitFor(PATIENT)
    // What it owes can be paid meanwhile.
    await button('Deposit FLOW').waitFor(PATIENT)
    await page.getByRole('link', { name: 'Open the settings' }).click()
  })

  test('is ended by the keyboard alone, and the key works again', async () => {
    await button('Resume').waitFor(PATIENT)
    await page.locator('h1').focus()
    await tabTo(page, 'Resume')
    await page.keyboard.press('Enter')
    await approve(page)
    await page.getByText('The subscription runs again.').waitFor(PATIENT)
    expect(await callWith(secret)).toBe(200)
    await now('pause').getByText('Running.').waitFor(PATIENT)
  })
})

describe('a cap', () => {
  const cap = () => page.getByLabel('Cap', { exact: true })

  test('that is no amount is refused before the wallet opens', async () => {
    await cap().fill('0')
    await button('Set cap').click()
    await page.getByText('Give an amount above 0.').waitFor(PATIENT)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('cap-usd')
    expect(await page.locator('#FCL_IFRAME').count()).toBe(0)
  })

  test('that is set first is a lower one: it says from when it acts, and the key is held to it at once', async () => {
    await cap().fill('0.5')
    await page.getByText('A lower cap acts 1 minute after you approve').waitFor(PATIENT)
    await cap().press('Enter')
    await approve(page)
    await page.getByText('The cap is on chain.').waitFor(PATIENT)
    await now('cap')
      .getByText(/No cap\. \$0\.50 from/)
      .waitFor(PATIENT)
    expect(await callWith(secret)).toBe(401)
  })

  test('that rises, or is removed, acts at once', async () => {
    await page.reload()
    await button('Remove cap').click()
    await approve(page)
    await now('cap').getByText('No cap.', { exact: true }).waitFor(PATIENT)
    await page.getByText('The cap is on chain.').waitFor(PATIENT)
    expect(await callWith(secret)).toBe(200)
  })
})

test('payment is switched to each settlement and back', async () => {
  await settings()
  await button('Pay at each settlement').click()
  await approve(page)
  await now('payment').getByText('Paid at each settlement.').waitFor(PATIENT)
  await button('Let it accrue').click()
  await approve(page)
  await now('payment').getByText('Accrues in the vault').waitFor(PATIENT)
  expect(await now('payment').textContent()).not.toContain('Paid at each settlement.')
})

test('an end too soon is refused with the soonest; a reminder above what is left is shown on the page', async () => {
  const local = new Date(Date.now() + 20_000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  await page.getByLabel('End', { exact: true }).fill(local)
  await button('Set end').click()
  await page.locator('#end-at-error').waitFor(PATIENT)
  expect(await page.locator('#FCL_IFRAME').count()).toBe(0)

  await page.getByLabel('Remind below').fill('50')
  await button('Set reminder').click()
  await approve(page)
  await now('reminder').getByText('as now').waitFor(PATIENT)
  await page.goto(`/subscriptions/${vaultId}`)
  await page.getByText('You asked to be reminded below 50.00 FLOW.').waitFor(PATIENT)
})

describe('approvals, two of three', () => {
  test('a change waits for two approvers, and acts with the second approval', async () => {
    await using provider = await visitAs('provider')
    await using admin = await visitAs('admin')
    const approvers = [await addressOf(provider), await addressOf(admin), '0x00000000000000a1']
    await settings()
    await page.getByLabel('Addresses of the approvers').fill(approvers.join('\n'))
    await button('Set approvers').click()
    await approve(page)
    await now('approvers').getByText('2 of 3 approvers must agree').waitFor(PATIENT)

    await button('Propose to end approvals').click()
    await approve(page)
    await page.locator('[data-proposal="policy"]').getByText('0 of 2').waitFor(PATIENT)
    expect(await now('approvers').textContent()).toContain('2 of 3 approvers must agree')

    for (const { page: approver } of [provider, admin]) {
      await approver.goto('/subscriptions')
      await approver.getByText('1 proposal waits for your approval.').waitFor(PATIENT)
      await approver.getByRole('link', { name: 'Open approvals' }).click()
      await button('Take the seat', approver).click()
      await approve(approver)
      await approver.getByText('You have your seat.').waitFor(PATIENT)
      await button('Approve', approver).click()
      await approve(approver)
      await approver
        .getByText(/You approved this|No vault names this account as an approver/)
        .first()
        .waitFor(PATIENT)
    }
    await now('approvers').getByText('Nobody else has to agree.').waitFor(PATIENT)
  })
})

describe('a new owner', () => {
  test('accepts the vault and makes a key of its own; the former owner’s is refused for good', async () => {
    await using other = await visitAs('provider')
    const stale = await customer.context.newPage()
    await stale.goto(`/subscriptions/${vaultId}`)
    await button('Deposit FLOW', stale).waitFor(PATIENT)
    await settings()
    await page.getByLabel('Address of the new owner').fill(await addressOf(other))
    await button('Give away').first().click()
    await page.getByRole('dialog', { name: 'Give controlled away?' }).waitFor(PATIENT)
    await button('Give away').last().click()
    await approve(page)
    await page.getByText('controlled was given away.').waitFor(PATIENT)
    await expect.poll(() => callWith(secret), PATIENT).toBe(401)
    // A tab that still shows it would pay the new owner's vault.
    await stale.bringToFront()
    await stale.getByRole('heading', { level: 1, name: 'No such subscription' }).waitFor(PATIENT)
    expect(await button('Deposit FLOW', stale).count()).toBe(0)
    await stale.close()

    const heir = other.page
    await heir.goto(`/subscriptions/${vaultId}`)
    await heir.getByText('This subscription was given to you.').waitFor(PATIENT)
    await button('Accept it', heir).click()
    await approve(heir)
    await heir.getByText('This subscription was given to you.').waitFor({ state: 'hidden', ...PATIENT })
    await heir.getByRole('link', { name: 'Make a new key' }).first().click()
    await button('Get the key', heir).click()
    await heir.locator('[data-secret]').waitFor(PATIENT)
    const fresh = (await heir.locator('[data-secret]').textContent()) ?? ''
    expect(await callWith(fresh)).toBe(200)
    expect(await callWith(secret)).toBe(401)
    await keepKey(heir)
  })
})

test('a key that another tab replaced is not confirmed by the tab that still shows it', async () => {
  const lost = await createSubscription(page, 'twice-made')
  const other = await customer.context.newPage()
  await other.goto('/subscriptions')
  await other.getByRole('article', { name: 'twice-made' }).getByRole('link', { name: 'Make a new key' }).click()
  await button('Make a new key', other).click()
  await other.locator('[data-secret]').waitFor(PATIENT)
  expect(await other.locator('[data-secret]').textContent()).not.toBe(lost)

  await button('Copy key').click()
  await page.getByRole('main').getByText('This key was replaced by a newer one').waitFor(PATIENT)
  const { vaults } = (await (await page.request.get('/api/vaults')).json()) as {
    vaults: { vault: { serviceName: string }; key: { acknowledged: boolean } }[]
  }
  const made = vaults.find(({ vault }) => vault.serviceName === 'twice-made')
  expect(made?.key.acknowledged).toBe(false)
  await keepKey(other)
})

test('nothing on the way broke a script or the content security policy', () => {
  expect(customer.faults).toEqual([])
})
