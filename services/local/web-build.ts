import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { withLock } from './emulator/with-lock.ts'
import { projectRoot } from './home.ts'
import { graceMs } from './part-names.ts'
import type { Supervisor } from './supervisor.ts'

const sources = ['app', 'components', 'hooks', 'lib', 'services', 'public', 'proxy.ts', 'instrumentation.ts']
const settingsFiles = ['next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package-lock.json', 'package.json']
const neverInPages = ['services/local/', 'services/bin/', 'services/oracle/']
const output = join(projectRoot, '.next')
const stamp = join(output, 'flareflow-sources')

/** Outside of the output, which a build empties. */
const lockFile = join(projectRoot, 'node_modules/.flareflow-build.lock')

export const nextCli = join(projectRoot, 'node_modules/next/dist/bin/next')

export interface WebBuild {
  readonly supervisor: Supervisor
  /** What the user set: names that start with NEXT_PUBLIC_ are built into the pages. */
  readonly settings: Readonly<Record<string, string>>
  readonly stage: number
  readonly onBuild: () => void
}

/** Builds the pages when the sources differ from those of the last build. Says whether it had to. */
export async function buildWeb(build: WebBuild): Promise<boolean> {
  const wanted = `${hashSources(build.settings)} `
  if (isBuilt(wanted)) return false
  return withLock(lockFile, build.onBuild, async () => {
    if (isBuilt(wanted)) return false
    build.onBuild()
    await runBuild(build)
    writeFileSync(stamp, wanted + buildId())
    return true
  })
}

async function runBuild({ supervisor, stage }: WebBuild): Promise<void> {
  const name = 'web-build'
  const next = supervisor.start({
    name,
    command: process.execPath,
    args: [nextCli, 'build'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stage,
    graceMs: graceMs[name],
    once: true,
  })
  const how = await next.ended
  if (how !== 'exit code 0') {
    const log = supervisor.logOf(name)
    throw new AppError(
      'local_part_failed',
      `The pages could not be built (${how}). The reason is at the end of ${log}.`,
    )
  }
}

/** The build's own id is part of the stamp, so a build made by hand is not taken for ours. */
function isBuilt(wanted: string): boolean {
  if (!existsSync(stamp) || !existsSync(join(output, 'BUILD_ID'))) return false
  return readFileSync(stamp, 'utf8') === wanted + buildId()
}

const buildId = () => readFileSync(join(output, 'BUILD_ID'), 'utf8')

function hashSources(settings: WebBuild['settings']): string {
  const hash = createHash('sha256')
  for (const path of [...sources, ...settingsFiles]) addPath(hash, path)
  const built = Object.keys(settings).filter((name) => name.startsWith('NEXT_PUBLIC_'))
  for (const name of built.toSorted()) hash.update(`${name}=${settings[name]}\0`)
  return hash.digest('hex')
}

function addPath(hash: ReturnType<typeof createHash>, path: string): void {
  const full = join(projectRoot, path)
  if (!existsSync(full)) return
  for (const file of filesUnder(full)) {
    const name = relative(projectRoot, file)
    if (!neverInPages.some((folder) => name.startsWith(folder))) hash.update(`${name}\0`).update(readFileSync(file))
  }
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
