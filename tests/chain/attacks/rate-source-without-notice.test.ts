import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPENING, refusalOf } from '#tests/support/billing.ts'
import { DAY, deploy, type Deployed, setClock, startEmulator, stopEmulator } from '#tests/support/contract-chain.ts'

beforeAll(() => startEmulator())
afterAll(() => stopEmulator())

const after = (days: number) => setClock(new Date(OPENING.getTime() + days * 86_400_000))
const name = ({ chain, admin }: Deployed, source: string) => chain.send('admin/name_rate_source', { source }, admin)
const setRate = ({ chain, admin }: Deployed, source: string) =>
  chain.send('admin/set_rate', { usdPerFlow: '1.00000000', source }, admin)

test('the admin takes no rate from a new source, nor from the first, before the notice time is over', async () => {
  await after(0)
  const deployed = await deploy('Hasty admin', { noticeSeconds: 10n * DAY })
  await name(deployed, 'honest')
  expect(await refusalOf(setRate(deployed, 'honest'))).toMatch(/It is taken from no source now, not from honest/)
  await after(11)
  await setRate(deployed, 'honest')
  await name(deployed, 'mine')
  expect(await refusalOf(setRate(deployed, 'mine'))).toMatch(
    /It is taken from honest now, not from mine. Name the source, and wait for the notice time/,
  )
  await after(20)
  expect(await refusalOf(setRate(deployed, 'mine'))).toMatch(/It is taken from honest now, not from mine/)
  await after(22)
  await setRate(deployed, 'mine')
})

test('nor by removing the source first', async () => {
  await after(0)
  const deployed = await deploy('Removing admin', { noticeSeconds: 10n * DAY })
  await name(deployed, 'honest')
  await after(11)
  await deployed.chain.send('admin/remove_rate_source', {}, deployed.admin)
  await name(deployed, 'mine')
  expect(await refusalOf(setRate(deployed, 'mine'))).toMatch(/It is taken from no source now, not from mine/)
})
