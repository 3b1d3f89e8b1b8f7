import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateFlowKey } from '#services/clients/flow/index.ts'
import { ensureCadenceCheck, ensureEmulator, startEmulator } from '#services/local/emulator/index.ts'
import { cacheFolder, projectRoot } from '#services/local/home.ts'
import { startOwnEmulator } from '#tests/support/own-emulator.ts'

test('the chain survives a stop and a kill', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-emulator-'))
  const open = () => startOwnEmulator({ folder, persist: true })
  const heights: number[] = []
  const first = await open()
  const { publicKey } = generateFlowKey()
  const { txId } = await first.chain.send('account/create_account', { publicKey, amount: '1.0' }, first.service)
  heights.push((await first.chain.latestBlock()).height)
  await first.stop()

  const second = await open()
  heights.push((await second.chain.latestBlock()).height)
  expect(await second.chain.status(txId)).toMatchObject({ state: 'sealed' })
  const killed = once(second.process, 'exit')
  second.process.kill('SIGKILL')
  await killed

  const third = await open()
  heights.push((await third.chain.latestBlock()).height)
  expect(await third.chain.status(txId)).toMatchObject({ state: 'sealed' })
  expect(new Set(heights).size).toBe(1)
  await third.close()
})

test('a taken port ends the start with a sentence, although another emulator answers there', async () => {
  const running = await startOwnEmulator()
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-emulator-'))
  const port = Number(new URL(running.url).port)
  let spawned = false
  const started = startEmulator({
    ...(await ensureEmulator({ cacheDir: cacheFolder() })),
    restPort: port,
    grpcPort: port,
    adminPort: port,
    debuggerPort: port,
    dbPath: null,
    log: join(folder, 'emulator.log'),
    onSpawn: () => (spawned = true),
  })
  await expect(started).rejects.toMatchObject({
    code: 'local_part_failed',
    publicMessage: expect.stringContaining(`port ${port} is taken`),
  })
  expect(spawned).toBe(false)
  rmSync(folder, { recursive: true })
  await running.close()
})

test('two that need the same tool at once get the same binary', async () => {
  const asked = await Promise.all([1, 2].map(() => ensureCadenceCheck({ cacheDir: cacheFolder() })))
  expect(new Set(asked).size).toBe(1)
})

test('without Go and the flow CLI, one sentence says what to install', () => {
  const empty = mkdtempSync(join(tmpdir(), 'flareflow-nothing-'))
  const script = `
    import { ensureEmulator } from '${projectRoot}/services/local/emulator/index.ts'
    await ensureEmulator({ cacheDir: '${empty}' }).catch((error) => process.stdout.write(error.publicMessage))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    cwd: projectRoot,
    env: { ...process.env, PATH: empty },
  })
  expect(said).toMatch(/^The flow-emulator tool has to be built, but Go is missing\. Install Go .* or the flow CLI/)
  expect(readdirSync(empty)).toEqual([])
  rmSync(empty, { recursive: true })
})
