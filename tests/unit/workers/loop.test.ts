import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { createLogger } from '#services/platform/logger.ts'
import { startLoop } from '#services/workers/loop.ts'

const log = createLogger({ level: 'silent', name: 'test', secrets: [] })

test('a round runs at once, and again at once while there is more to do', async () => {
  let rounds = 0
  const loop = startLoop({ name: 'x', intervalMs: 60_000, log, run: async () => ++rounds < 5 })
  await sleep(20)
  expect(rounds).toBe(5)
  await loop.stop()
  expect(loop.state()).toMatchObject({ failures: 0, lastError: null })
})

test('stopping waits for the round that runs, and starts no other', async () => {
  let ended = 0
  const run = async () => {
    await sleep(30)
    ended += 1
    return true
  }
  const loop = startLoop({ name: 'x', intervalMs: 1, log, run })
  await sleep(5)
  await loop.stop()
  expect(ended).toBe(1)
  await sleep(40)
  expect(ended).toBe(1)
})

test('a round that fails is told, waits longer than the interval, and ends no loop', async () => {
  let rounds = 0
  const run = async () => {
    rounds += 1
    if (rounds === 1) throw new AppError('chain_unreachable', 'The chain does not answer.', { internal: 'at 10.0.0.1' })
    return false
  }
  const loop = startLoop({ name: 'x', intervalMs: 1, log, run })
  await sleep(50)
  expect(rounds).toBe(1)
  expect(loop.state()).toMatchObject({ failures: 1, lastError: 'The chain does not answer.', lastSuccessAt: null })
  await sleep(1_100)
  expect(rounds).toBeGreaterThan(1)
  expect(loop.state()).toMatchObject({ failures: 0, lastError: null })
  await loop.stop()
})

test('a round of a long interval that fails is tried again within seconds', async () => {
  let rounds = 0
  const run = async () => {
    rounds += 1
    if (rounds === 1) throw new AppError('litellm_unreachable', 'LiteLLM does not answer.')
    return false
  }
  const loop = startLoop({ name: 'x', intervalMs: 3_600_000, log, run })
  await sleep(1_500)
  expect(loop.state()).toMatchObject({ failures: 0, lastError: null })
  await loop.stop()
})
