import { beforeAll, expect, test } from 'vitest'
import { type ChainWorld, openChainWorld } from '#tests/support/chain-world.ts'
import { openTestWeb } from '#tests/support/test-web.ts'
import { Browser } from '#tests/support/web-browser.ts'

let world: ChainWorld
let browser: Browser

beforeAll(async () => {
  world = await openChainWorld()
  await openTestWeb(world)
  browser = new Browser()
  await browser.signIn(world.accounts.customer)
})

const failure = (status: number, code: string) =>
  expect.objectContaining({ status, body: { error: expect.objectContaining({ code }) } })

test.each(['abc', '-1', '1.5', '0x1', '18446744073709551616', '1'.repeat(21), '%27%20or%201=1'])(
  '400: %s is no number of a vault',
  async (id) => {
    expect(await browser.get(`/api/vaults/${id}`)).toEqual(failure(400, 'invalid_request'))
    expect(await browser.post(`/api/vaults/${id}/key`)).toEqual(failure(400, 'invalid_request'))
  },
)

test('401: nobody is signed in, or the cookie is made up', async () => {
  const vaultId = await world.openVault(world.accounts.customer)
  const nobody = new Browser()
  expect(await nobody.get(`/api/vaults/${vaultId}`)).toEqual(failure(401, 'session_required'))
  nobody.cookies.set('flareflow_session', 'A'.repeat(43))
  expect(await nobody.get(`/api/vaults/${vaultId}`)).toEqual(failure(401, 'session_required'))
})

test('404: no such vault on this chain', async () => {
  expect(await browser.get('/api/vaults/999999')).toEqual(failure(404, 'vault_not_found'))
  expect(await browser.post('/api/vaults/999999/key')).toEqual(failure(404, 'vault_not_found'))
})

test('409: a vault whose provider the admin has not registered gets no key', async () => {
  const { customer } = world.accounts
  const vaultId = await world.openVault(customer, { provider: customer.address })
  expect(await browser.post(`/api/vaults/${vaultId}/key`)).toEqual(failure(409, 'provider_not_registered'))
})

test('503: LiteLLM is away, and the answer says to try again', async () => {
  const vaultId = await world.openVault(world.accounts.customer)
  const answer = await browser.post(`/api/vaults/${vaultId}/key`)
  expect(answer).toEqual(failure(503, 'litellm_unreachable'))
  expect(answer.headers.get('retry-after')).toBe('2')
})

test('400: a body of the wrong type is refused before anything is made', async () => {
  const vaultId = await world.openVault(world.accounts.customer)
  const answer = await browser.post(`/api/vaults/${vaultId}/key`, { reissue: 'yes' })
  expect(answer).toEqual(failure(400, 'invalid_request'))
  expect((await browser.get(`/api/vaults/${vaultId}`)).body).toMatchObject({ key: { state: 'none' } })
})
