import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ORACLE_ROLES, settings } from '#services/platform/settings.ts'
import { files, importsOf, isCode, read, reach, ROOT } from './source.ts'

const names = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name)
const exists = (path: string): boolean => existsSync(join(ROOT, path))
const isKnownSetting = (name: string): boolean =>
  name in settings || ['HEALTH_URL', 'NEXT_TELEMETRY_DISABLED'].includes(name)

interface PmApp {
  name: string
  script: string
  env: Record<string, string>
  kill_timeout: number
}
const pm2 = (createRequire(import.meta.url)(join(ROOT, 'deploy/ecosystem.config.cjs')) as { apps: PmApp[] }).apps
const manifest = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }

describe('what runs in production', () => {
  test.each([
    ['the oracle', ['services/bin/oracle.ts']],
    ['the web', files.filter((file) => /^app\/.*(page|layout|route|error|not-found)\.tsx?$/.test(file))],
  ])('%s needs no development package', (_name, entries) => {
    const reached = new Set(entries.flatMap((entry) => [...reach(entry)]))
    const packages = [...reached]
      .filter(isCode)
      .flatMap((file) =>
        exists(file)
          ? importsOf(file).filter(({ external, typeOnly, to }) => external && !typeOnly && !to.startsWith('node:'))
          : [],
      )
    const lacking = packages.map(({ to }) => to).filter((to) => !(to in manifest.dependencies))
    expect([...new Set(lacking)]).toEqual([])
    expect(packages.length).toBeGreaterThan(5)
  })
})

describe('systemd', () => {
  const units = ['flareflow-oracle@.service', 'flareflow-web.service'].map((name) => ({
    name,
    text: read(`deploy/systemd/${name}`),
  }))

  test.each(units)('$name runs a file that exists, as nobody special, and may take its time to end', ({ text }) => {
    const [script = ''] = names(text, /^ExecStart=.*\/usr\/bin\/node (\S+)/gm)
    expect(exists(script)).toBe(true)
    expect(text).toContain('User=flareflow')
    expect(text).toContain('NoNewPrivileges=yes')
    expect(Number(names(text, /TimeoutStopSec=(\d+)/g)[0])).toBeGreaterThanOrEqual(30)
  })

  test.skipIf(!existsSync('/usr/bin/systemd-analyze'))('systemd finds no fault with the units', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flareflow-units-'))
    try {
      for (const { name, text } of units) {
        const here = text.replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/flareflow', ROOT)
        writeFileSync(join(folder, name.replace('@', '@receiver')), here)
      }
      copyFileSync(join(folder, 'flareflow-oracle@receiver.service'), join(folder, 'flareflow-oracle@.service'))
      const started = ['flareflow-oracle@receiver.service', 'flareflow-web.service'].map((name) => join(folder, name))
      const said = execFileSync('systemd-analyze', ['verify', ...started], { encoding: 'utf8', stdio: 'pipe' })
      expect(said).toBe('')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('PM2 runs each role once, on a port of its own, and the web', () => {
  expect(pm2.map(({ env }) => env['ORACLE_ROLES']).filter(Boolean)).toEqual([...ORACLE_ROLES])
  const ports = pm2.map(({ env }) => env['ORACLE_PORT']).filter(Boolean)
  expect(new Set(ports).size).toBe(ports.length)
  for (const { script, env, kill_timeout: killMs } of pm2) {
    expect(exists(script)).toBe(true)
    expect(env['NODE_ENV']).toBe('production')
    expect(killMs).toBeGreaterThan(30_000)
  }
})

describe('Docker', () => {
  const dockerfile = read('deploy/Dockerfile')
  const compose = read('deploy/compose.yaml')

  test('the image copies what exists and is not kept out of it, and runs as an ordinary user', () => {
    const copied = names(dockerfile, /^COPY ([^-\n].*)$/gm).flatMap((line) => line.split(' ').slice(0, -1))
    const kept = readFileSync(join(ROOT, 'deploy/Dockerfile.dockerignore'), 'utf8').split('\n')
    expect(copied.length).toBeGreaterThan(6)
    for (const path of copied.filter((each) => each !== '.')) {
      expect({ path, exists: exists(path) }).toEqual({ path, exists: true })
      expect(kept).toContain(`!${path}`)
    }
    expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('RUN '))
    expect(dockerfile).toContain('--omit=dev')
    expect(dockerfile).toContain('HEALTHCHECK')
    for (const script of names(dockerfile, /node (services\/\S+\.ts)/g))
      expect({ script, exists: exists(script) }).toEqual({ script, exists: true })
  })

  test('compose runs every role, and its settings are ones that the product has', () => {
    expect(names(compose, /ORACLE_ROLES: (\w+)/g)).toEqual([...ORACLE_ROLES])
    const set = names(compose, /(?:^ {4}|[{,] )([A-Z][A-Z_]+):/gm).filter((name) => !name.startsWith('POSTGRES_'))
    expect(set.filter((name) => !isKnownSetting(name))).toEqual([])
    expect(compose).not.toMatch(/FLOW_PRIVATE_KEY: \S/)
  })
})
