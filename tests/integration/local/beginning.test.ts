import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { identify } from '#services/local/process-identity.ts'
import { killStarted, leftOf, npmStart, processesOf, processOf } from '#tests/support/started-process.ts'

let home: string
let webPort: Server
const children: ChildProcess[] = []

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'flareflow-beginning-'))
  // Whoever has the web's usual port: it is taken.
  webPort = createServer().listen(3003, '127.0.0.1')
  await Promise.race([once(webPort, 'listening'), once(webPort, 'error')])
})
afterEach(async () => {
  killStarted()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await leftOf(home)
})
afterAll(() => {
  webPort.close()
  rmSync(home, { recursive: true, force: true })
})

async function stop(started: { npm: number; exit: Promise<unknown> }): Promise<void> {
  process.kill(-started.npm, 'SIGINT')
  await started.exit
}

const startsSeenAt = async (url: string): Promise<string> => (await (await fetch(url)).json()).starts

test('a taken port gives way to a free one, which is printed', async () => {
  const started = npmStart({ home })
  const url = await started.ready
  const port = /web +port 3003 is taken, using (\d+)/.exec(started.output())?.[1]
  expect(url).toBe(`http://127.0.0.1:${port}`)
  expect((await fetch(url)).status).toBe(200)
  await stop(started)
})

test('a port that the user asks for must be free', async () => {
  const started = npmStart({ home, env: { PORT: '3003' } })
  expect(await started.exit).toBe(1)
  expect(started.output()).toMatch(
    /Port 3003, which PORT asks for, is taken\. Nothing was started\. .*set PORT to another/,
  )
})

test('a wrong setting stops the start with a sentence', async () => {
  const started = npmStart({ home, env: { SETTLE_INTERVAL: 'soon' } })
  expect(await started.exit).toBe(1)
  expect(started.output()).toContain('SETTLE_INTERVAL must be a whole number')
})

test('a second start finds the state of the first', async () => {
  rmSync(home, { recursive: true, force: true })
  const counts: string[] = []
  for (let time = 0; time < 2; time += 1) {
    const started = npmStart({ home })
    counts.push(await startsSeenAt(await started.ready))
    await stop(started)
  }
  expect(counts).toEqual(['1', '2'])
})

test('the state folder keeps secrets from other users', async () => {
  const started = npmStart({ home })
  await started.ready
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
  await stop(started)
})

test('a start beside a running one says where that one is, and leaves it alone', async () => {
  const first = npmStart({ home })
  const url = await first.ready
  const second = npmStart({ home })
  expect(await second.exit).toBe(1)
  expect(second.output()).toContain(`already runs on ${home} at ${url} (process ${processOf(home, 'small-start.ts')}`)
  expect((await fetch(url)).status).toBe(200)
  await stop(first)
})

test('reset forgets local state, but not while it is in use', async () => {
  const started = npmStart({ home })
  const url = await started.ready
  const refused = npmStart({ home, file: 'services/bin/reset.ts' })
  expect(await refused.exit).toBe(1)
  expect(refused.output()).toMatch(/runs on .* Nothing was removed\. Stop it first/)
  expect((await fetch(url)).status).toBe(200)
  await stop(started)

  writeFileSync(join(home, 'not-ours.txt'), 'kept')
  expect(await npmStart({ home, file: 'services/bin/reset.ts' }).exit).toBe(0)
  expect(readdirSync(home)).toEqual(['not-ours.txt'])
  const again = npmStart({ home })
  expect(await startsSeenAt(await again.ready)).toBe('1')
  await stop(again)
})

test('what a crash of the machine left running is ended by the next start', async () => {
  const crashed = npmStart({ home })
  await crashed.ready
  process.kill(processOf(home, 'keep.ts'), 'SIGSTOP')
  process.kill(-crashed.npm, 'SIGKILL')
  const keeper = processOf(home, 'keep.ts')
  const left = processesOf(home).filter((pid) => pid !== keeper)
  process.kill(keeper, 'SIGKILL')
  expect(left.length).toBeGreaterThanOrEqual(3)

  const next = npmStart({ home })
  await next.ready
  expect(next.output()).toMatch(/earlier start had left running: postgres, web/)
  expect(processesOf(home).filter((pid) => left.includes(pid))).toEqual([])
  await stop(next)
})

test('a record that names somebody else by now harms nobody', async () => {
  const stranger = spawn('sleep', ['60'])
  children.push(stranger)
  const pid = stranger.pid ?? 0
  const part = { name: 'postgres', pid, startedAt: 'before', signal: 'SIGTERM', graceMs: 1_000, stage: 1 }
  writeFileSync(join(home, 'run.json'), JSON.stringify({ run: 'gone', parts: [part] }))
  const started = npmStart({ home })
  await started.ready
  expect(identify(pid)).not.toBeNull()

  // The same record with the true start time does end it, so the look at the time is what protected it.
  const startedAt = identify(pid)?.startedAt
  await stop(started)
  writeFileSync(join(home, 'run.json'), JSON.stringify({ run: 'gone', parts: [{ ...part, startedAt }] }))
  const again = npmStart({ home })
  await again.ready
  expect(identify(pid)).toBeNull()
  await stop(again)
})

test('a clean end leaves neither lock nor record', async () => {
  const started = npmStart({ home })
  await started.ready
  expect(JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')).parts).toHaveLength(2)
  await stop(started)
  expect(['.lock', 'run.json', 'stack.json'].filter((name) => existsSync(join(home, name)))).toEqual([])
})
