import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll } from 'vitest'

const DAY_MS = 86_400_000
/** Longer than a file takes, shorter than a hook may. */
const NEAR_MS = 240_000

/** Tests by the real clock speak of one UTC day and month: none begins just before they end. */
beforeAll(async () => {
  const left = DAY_MS - (Date.now() % DAY_MS)
  if (left < NEAR_MS) await sleep(left + 1_000)
})
