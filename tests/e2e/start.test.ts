import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killStarted, leftOf, npmStart, processesOf, type StartedProcess } from '#tests/support/started-process.ts'

const parts = ['emulator', 'litellm', 'oracle', 'postgres', 'start', 'web']
let home: string
let first: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'flareflow-whole-'))
})
afterAll(async () => {
  killStarted()
  await leftOf(home)
  rmSync(home, { recursive: true, force: true })
})

const startAll = (): StartedProcess => npmStart({ home, file: 'services/bin/start.ts' })
const readJson = (name: string) => JSON.parse(readFileSync(join(home, name), 'utf8'))
const deploymentAt = async (url: string): Promise<string> =>
  (await (await fetch(`${url}/api/config`)).json()).deploymentId

test('npm start runs every part, prints the address, and a kill of npm leaves nothing', async () => {
  const started = startAll()
  const url = await started.ready
  for (const part of ['postgres', 'emulator', 'contracts', 'litellm', 'oracle', 'pages', 'web']) {
    expect(started.output()).toMatch(new RegExp(`^ +${part} +ready in +[\\d.]+ s`, 'm'))
  }
  expect((await fetch(url)).status).toBe(200)
  const stack = readJson('stack.json')
  expect(Object.keys(stack.pids).toSorted()).toEqual(parts)
  expect((await fetch(`${stack.urls.litellm}/health/readiness`)).status).toBe(200)
  // The oracle is up before LiteLLM: what it asked in vain is asked again soon.
  const health = async () => (await (await fetch(`${stack.urls.oracle}/health`)).json()).status
  await expect.poll(health, { timeout: 90_000 }).toBe('ok')
  first = await deploymentAt(url)
  expect(first).not.toBe('')

  process.kill(started.npm, 'SIGKILL')
  expect(await leftOf(home)).toEqual([])
})

test('secrets stay in files of the user alone, out of logs and descriptions', () => {
  const secretFiles = ['secrets.json', 'accounts.json']
  for (const name of secretFiles) expect(statSync(join(home, name)).mode & 0o077).toBe(0)
  const privateKeys = readJson('accounts.json').accounts.map((account: { privateKey: string }) => account.privateKey)
  const secrets: string[] = [...Object.values<string>(readJson('secrets.json')), ...privateKeys]
  expect(secrets.length).toBeGreaterThanOrEqual(9)
  const texts = readdirSync(join(home, 'logs')).map((name) => ({
    name,
    text: readFileSync(join(home, 'logs', name), 'utf8'),
  }))
  expect(texts.map(({ name }) => name)).toContain('litellm.log')
  const told = (value: string) => texts.filter(({ text }) => text.includes(value)).map(({ name }) => name)
  expect(secrets.flatMap(told)).toEqual([])
  // The same search does find what the logs do say.
  expect(told('database system is ready to accept connections')).toEqual(['postgres.log'])
})

test('a second start finds the state of the first, and Ctrl-C ends it all', async () => {
  const started = startAll()
  const url = await started.ready
  expect(await deploymentAt(url)).toBe(first)

  process.kill(-started.npm, 'SIGINT')
  expect(await started.exit).toBe(0)
  expect(processesOf(home)).toEqual([])
})
