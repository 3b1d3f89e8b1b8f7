import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  killStarted,
  leftOf,
  npmStart,
  processesOf,
  processOf,
  type StartedProcess,
} from '#tests/support/started-process.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'flareflow-ending-'))
})
afterEach(killStarted)
afterAll(async () => {
  await leftOf(home)
  rmSync(home, { recursive: true, force: true })
})

async function startReady(env: Record<string, string> = {}): Promise<StartedProcess> {
  const started = npmStart({ home, env })
  await started.ready
  // npm, launcher, start, keeper, Postgres, server, its child: a count that misses them could find nothing left.
  expect(processesOf(home).length).toBeGreaterThanOrEqual(7)
  return started
}

const pidOf = {
  npm: (started: StartedProcess) => started.npm,
  launcher: () => processOf(home, 'bootstrap.mjs'),
  start: () => processOf(home, 'small-start.ts'),
  'whole process group': (started: StartedProcess) => -started.npm,
}

describe('nothing is left', () => {
  test.each(Object.entries(pidOf))('when the %s is killed', async (_name, pid) => {
    const started = await startReady()
    process.kill(pid(started), 'SIGKILL')
    expect(await leftOf(home)).toEqual([])
  })

  test('when the start is killed before its parts are ready', async () => {
    const started = npmStart({ home })
    while (!started.output().includes('FlareFlow starts')) await sleep(5)
    process.kill(processOf(home, 'small-start.ts'), 'SIGKILL')
    expect(await leftOf(home)).toEqual([])
  })

  test('when the keeper is killed first: another one takes its place', async () => {
    await startReady()
    process.kill(processOf(home, 'keep.ts'), 'SIGKILL')
    await sleep(500)
    process.kill(processOf(home, 'small-start.ts'), 'SIGKILL')
    expect(await leftOf(home)).toEqual([])
  })

  test('after Ctrl-C, which reaches the whole group', async () => {
    const { npm, exit, output } = await startReady()
    process.kill(-npm, 'SIGINT')
    expect(await exit).toBe(0)
    expect(processesOf(home)).toEqual([])
    expect(output()).toContain('Everything is stopped.')
    expect(readFileSync(join(home, 'logs/postgres.log'), 'utf8').trim()).toMatch(/database system is shut down$/)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('after %s to npm alone', async (signal) => {
    const { npm, exit } = await startReady()
    process.kill(npm, signal)
    expect(await exit).toBe(0)
    expect(await leftOf(home)).toEqual([])
  })

  test('after the terminal is closed', async () => {
    const { npm, exit } = await startReady()
    process.kill(-npm, 'SIGHUP')
    await exit
    expect(await leftOf(home)).toEqual([])
  })
})

test('a second Ctrl-C does not wait for a part that takes its time', async () => {
  const { npm, exit } = await startReady({ SMALL_SERVER: 'stubborn' })
  process.kill(-npm, 'SIGINT')
  await sleep(1_000)
  const began = performance.now()
  process.kill(-npm, 'SIGINT')
  await exit
  // Left to itself it would be given a minute.
  expect(performance.now() - began).toBeLessThan(30_000)
  expect(processesOf(home)).toEqual([])
})

test('a part that dies stops the rest, with a sentence that names it, its log and what to do', async () => {
  const { exit, output } = await startReady()
  process.kill(processOf(home, 'small-server.ts'), 'SIGKILL')
  expect(await exit).toBe(1)
  expect(output()).toContain('The web server ended by itself (ended by SIGKILL), so everything else is stopped too.')
  expect(output()).toMatch(/The reason is at the end of .*logs\/web\.log; npm start starts again/)
  expect(processesOf(home)).toEqual([])
})
