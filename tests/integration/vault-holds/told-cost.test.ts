import { expect, test } from 'vitest'
import { priceAdded } from '#services/vault-holds/index.ts'
import { openHoldScene, PRICE, TOKENS } from '#tests/support/hold-scene.ts'

test('a call that began before midnight of a month’s end is told what it adds to the month that it is billed in', async () => {
  await using scene = await openHoldScene()
  const vault = await scene.vaultFor(10n)
  scene.now = new Date('2026-11-30T23:59:00Z')
  const event = scene.eventOf(vault)
  await scene.use([event])
  scene.now = new Date('2026-12-01T00:01:00Z')
  const december = scene.eventOf(vault)
  await scene.use([december])
  const told = (eventId: string, startedAt: string) =>
    priceAdded(scene.ctx, {
      vaultId: vault.id,
      model: 'gpt-4',
      tokens: TOKENS,
      startedAt: new Date(startedAt),
      eventId,
    })
  expect(await told(event.id, '2026-11-30T23:59:00Z')).toBe(PRICE)
  expect(await told('not-stored-yet', '2026-11-30T23:59:00Z')).toBe(PRICE)
  expect(await told(december.id, '2026-12-01T00:01:00Z')).toBe(PRICE)
})
