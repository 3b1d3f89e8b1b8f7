import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { deadLetters } from '#services/platform/db/schema/index.ts'
import { type HoldScene, openHoldScene, type Vault } from '#tests/support/hold-scene.ts'

let scene: HoldScene

beforeAll(async () => {
  scene = await openHoldScene()
})
beforeEach(() => scene.wait(3_600_000))
afterAll(() => scene[Symbol.asyncDispose]())

const eventOf = (vault: Vault, model: string): UsageEventWire => ({ ...scene.eventOf(vault), model })
const place = (vault: Vault, models: readonly string[] | null, writer = 0) =>
  scene.place(vault, scene.eventOf(vault), { models, writer })
const FULL = { ok: false, reason: 'too_many_models', affordableTokens: 0n }

/** A vault that has used so many models this month. */
async function vaultWith(models: number): Promise<Vault> {
  const vault = await scene.vaultFor(1_000n)
  await scene.use(Array.from({ length: models }, (_, i) => eventOf(vault, `model-${i}`)))
  return vault
}

test('a model that the month’s reading has no room for is refused before it is served, others are served on', async () => {
  const vault = await vaultWith(32)
  expect(await place(vault, ['another'])).toMatchObject(FULL)
  expect(await place(vault, ['model-31'])).toMatchObject({ ok: true })
  scene.wait(31 * 86_400_000)
  expect(await place(vault, ['another'])).toMatchObject({ ok: true })
})

test('of two new models at once where one has room, one is let through and billed', async () => {
  const vault = await vaultWith(31)
  const events = [eventOf(vault, 'new-a'), eventOf(vault, 'new-b')]
  const answers = await Promise.all(
    events.map((event, writer) => scene.place(vault, event, { models: [event.model], writer })),
  )
  expect(answers.map(({ ok }) => ok).toSorted()).toEqual([false, true])
  const served = events.filter((_, i) => answers[i]?.ok)
  await scene.use(served)
  expect(await scene.ctx.db.$count(deadLetters)).toBe(0)
  expect(await scene.statesOf(...served)).toEqual(['posted'])
  expect(await place(vault, [served[0]?.model ?? ''])).toMatchObject({ ok: true })
  expect(await place(vault, ['new-c'])).toMatchObject(FULL)
})

test('what is sent without a hold makes a dead letter of the model too many, which is seen', async () => {
  const vault = await vaultWith(32)
  const before = await scene.ctx.db.$count(deadLetters)
  await scene.use([eventOf(vault, 'unheld')])
  expect(await scene.ctx.db.$count(deadLetters)).toBe(before + 1)
})

test('a request takes a place for each model that may answer it, or one where any may', async () => {
  const vault = await vaultWith(29)
  expect(await place(vault, ['model-1', 'new-a', 'new-b'])).toMatchObject({ ok: true })
  expect(await place(vault, ['new-c', 'new-d'])).toMatchObject(FULL)
  // The same ones take no further place, however often they are asked for.
  for (let i = 0; i < 5; i += 1) expect(await place(vault, ['new-a', 'new-b'], i)).toMatchObject({ ok: true })
  expect(await place(vault, null)).toMatchObject({ ok: true })
  expect(await place(vault, null)).toMatchObject(FULL)
  expect(await place(vault, ['new-c'])).toMatchObject(FULL)
})

test('a failed call of a model gives its place back', async () => {
  const vault = await vaultWith(31)
  const failed = eventOf(vault, 'new-a')
  expect(await scene.place(vault, failed, { models: ['new-a'] })).toMatchObject({ ok: true })
  expect(await place(vault, ['new-b'])).toMatchObject(FULL)
  await scene.use([{ ...failed, status: 'failure', inputTokens: null, outputTokens: null }])
  expect(await place(vault, ['new-b'])).toMatchObject({ ok: true })
})
