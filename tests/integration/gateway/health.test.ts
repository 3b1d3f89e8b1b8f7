import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createGateway } from '#services/gateway/index.ts'
import { GATEWAY, type GatewayWorld, openGatewayWorld } from '#tests/support/gateway-world.ts'

let world: GatewayWorld
beforeAll(async () => {
  world = await openGatewayWorld()
})
beforeEach(() => {
  world.gateway = createGateway(world.ctx)
  world.upstream.looks = 0
  world.upstream.plan = { ...world.upstream.plan, delayMs: 0 }
})
afterAll(() => world[Symbol.asyncDispose]())

const health = async () => (await world.gateway(new Request(`${GATEWAY}/health`))).json()
const WELL = { status: 'healthy', litellm: true }

test('the health asks LiteLLM once for all who ask within a second', async () => {
  expect(await Promise.all(Array.from({ length: 50 }, health))).toEqual(Array.from({ length: 50 }, () => WELL))
  expect(await health()).toEqual(WELL)
  expect(world.upstream.looks).toBe(1)
  await sleep(1_050)
  await health()
  expect(world.upstream.looks).toBe(2)
})

test('the health asks LiteLLM nothing more while it waits for its answer, however long', async () => {
  world.upstream.plan = { ...world.upstream.plan, delayMs: 2_000 }
  const early = health()
  await sleep(1_500)
  expect(await Promise.all([early, health(), health()])).toEqual([WELL, WELL, WELL])
  expect(world.upstream.looks).toBe(1)
})

test('the health tells a failure of LiteLLM, and that it is over', async () => {
  world.upstream.plan = { ...world.upstream.plan, delayMs: 4_000 }
  expect(await health()).toEqual({ status: 'degraded', litellm: false })
  world.upstream.plan = { ...world.upstream.plan, delayMs: 0 }
  await expect.poll(health, { timeout: 5_000 }).toEqual(WELL)
})
