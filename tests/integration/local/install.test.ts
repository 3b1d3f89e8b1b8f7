import { execFile } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '#services/local/home.ts'

let project: string

/** A project with the real launcher and one package of its own, which brings a `node` as node@24 does. */
beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'flareflow-install-'))
  for (const file of ['services/bin/bootstrap.mjs', 'services/local/install.mjs', 'services/local/launch.mjs']) {
    cpSync(join(projectRoot, file), join(project, file))
  }
  mkdirSync(join(project, 'node24'))
  writeFileSync(join(project, 'node24/run.sh'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`)
  chmodSync(join(project, 'node24/run.sh'), 0o755)
  writeJson('node24/package.json', { name: 'node', version: '24.0.0', bin: { node: 'run.sh' } })
  writeFileSync(join(project, 'say.mjs'), "console.log('ran on', process.version, process.argv.slice(2).join(' '))\n")
  await depend({ node: 'file:./node24' })
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

const writeJson = (path: string, content: object) => writeFileSync(join(project, path), JSON.stringify(content))

async function depend(devDependencies: Record<string, string>): Promise<void> {
  writeJson('package.json', { name: 'tiny', version: '1.0.0', devDependencies })
  await promisify(execFile)('npm', ['install', '--package-lock-only', '--offline', '--no-audit'], { cwd: project })
}

async function bootstrap(env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const args = ['services/bin/bootstrap.mjs', 'say.mjs', '--aloud']
  const options = { cwd: project, env: { ...process.env, ...env } }
  return promisify(execFile)('node', args, options).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error) => ({ code: error.code, output: error.stdout + error.stderr }),
  )
}

const installs = (output: string) => output.match(/packages +ready in/g)?.length ?? 0

test('packages are installed the first time, and not again while the lockfile stays', async () => {
  const first = await bootstrap({ NODE_ENV: 'production' })
  expect(first.output).toMatch(/packages +ready in/)
  expect(first.output).toContain(`ran on ${process.version} --aloud`)
  expect(installs((await bootstrap()).output)).toBe(0)
})

test('a changed lockfile is installed', async () => {
  await bootstrap()
  mkdirSync(join(project, 'another'))
  writeJson('another/package.json', { name: 'another', version: '1.0.0' })
  await depend({ node: 'file:./node24', another: 'file:./another' })
  expect(installs((await bootstrap()).output)).toBe(1)
  expect(existsSync(join(project, 'node_modules/another/package.json'))).toBe(true)
})

test('two starts at once install once', async () => {
  const outputs = (await Promise.all([bootstrap(), bootstrap()])).map(({ output }) => output)
  expect(outputs.every((output) => output.includes('ran on v'))).toBe(true)
  expect(installs(outputs.join(''))).toBe(1)
})

test('an installation by hand counts when it is what the lockfile says', async () => {
  await promisify(execFile)('npm', ['ci', '--offline', '--no-audit'], { cwd: project })
  expect(installs((await bootstrap()).output)).toBe(0)
})

test('a failed installation starts nothing, says so, and is tried again', async () => {
  const lock = readFileSync(join(project, 'package-lock.json'), 'utf8')
  writeFileSync(join(project, 'package-lock.json'), '{}')
  const failed = await bootstrap()
  expect(failed.code).toBe(1)
  expect(failed.output).toMatch(/npm ci failed with exit code 1; .*Nothing was started/)
  expect(failed.output).not.toContain('ran on')
  writeFileSync(join(project, 'package-lock.json'), lock)
  expect((await bootstrap()).code).toBe(0)
})
