import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { projectRoot } from './home.ts'
import type { Supervisor } from './supervisor.ts'

const sources = ['app', 'components', 'hooks', 'lib', 'services', 'public', 'proxy.ts', 'instrumentation.ts']
const settingsFiles = ['next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package-lock.json', 'package.json']
const neverInPages = ['services/local/', 'services/bin/', 'services/oracle/']
const output = join(projectRoot, '.next')
const stamp = join(output, 'flareflow-sources')

export const nextCli = join(projectRoot, 'node_modules/next/dist/bin/next')

/** Builds the pages when the sources differ from those of the last build. Says whether it had to. */
export async function buildWeb(supervisor: Supervisor, env: NodeJS.ProcessEnv, stage: number): Promise<boolean> {
  const wanted = `${hashSources(env)} `
  if (isBuilt(wanted)) return false
  const name = 'web-build'
  const build = supervisor.start({
    name,
    command: process.execPath,
    args: [nextCli, 'build'],
    env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stage,
    once: true,
  })
  const how = await build.ended
  if (how !== 'exit code 0') {
    const log = supervisor.logOf(name)
    throw new AppError('local_part_failed', `The pages could not be built (${how}). The reason is at the end of ${log}.`)
  }
  writeFileSync(stamp, wanted + buildId())
  return true
}

/** The build's own id is part of the stamp, so a build made by hand is not taken for ours. */
function isBuilt(wanted: string): boolean {
  if (!existsSync(stamp) || !existsSync(join(output, 'BUILD_ID'))) return false
  return readFileSync(stamp, 'utf8') === wanted + buildId()
}

const buildId = () => readFileSync(join(output, 'BUILD_ID'), 'utf8')

/** What NEXT_PUBLIC_ names hold is built into the pages, so it counts as source. */
function hashSources(env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256')
  for (const path of [...sources, ...settingsFiles]) addPath(hash, path)
  for (const name of Object.keys(env).toSorted()) if (name.startsWith('NEXT_PUBLIC_')) hash.update(`${name}=${env[name]}\0`)
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
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).toSorted()
}
