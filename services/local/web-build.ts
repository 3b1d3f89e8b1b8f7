import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { withLock } from './emulator/with-lock.ts'
import { projectRoot } from './home.ts'

const sources = ['app', 'components', 'hooks', 'lib', 'services', 'public', 'proxy.ts', 'instrumentation.ts']
const settingsFiles = ['next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package-lock.json', 'package.json']
const neverInPages = ['services/local/', 'services/bin/', 'services/oracle/']
const output = join(projectRoot, '.next')
const stamp = join(output, 'flareflow-sources')
/** Outside of the output, which a build empties. */
const lockFile = join(projectRoot, 'node_modules/.flareflow-build.lock')

export const nextCli = join(projectRoot, 'node_modules/next/dist/bin/next')

export interface WebBuild {
  /** What the user set: names that start with NEXT_PUBLIC_ are built into the pages. */
  readonly settings: Readonly<Record<string, string | undefined>>
  /** Runs `next build`; rejects when it fails. */
  readonly build: () => Promise<void>
  /** Told when there is something to build. */
  readonly onBuild?: () => void
}

/** Builds the pages when their sources differ from the last build's; two at once take turns. Says whether it had to. */
export async function buildWeb({ settings, build, onBuild = () => {} }: WebBuild): Promise<boolean> {
  if (isBuilt(hashSources(settings))) return false
  onBuild()
  return withLock(
    lockFile,
    () => {},
    async () => {
      const hash = hashSources(settings)
      if (isBuilt(hash)) return false
      await build()
      writeFileSync(stamp, stampOf(hash))
      return true
    },
  )
}

function isBuilt(hash: string): boolean {
  if (!existsSync(stamp) || !existsSync(join(output, 'BUILD_ID'))) return false
  return readFileSync(stamp, 'utf8') === stampOf(hash)
}

/** The build's own id is part of it, so a build made by hand is not taken for ours. */
const stampOf = (hash: string) => `${hash} ${readFileSync(join(output, 'BUILD_ID'), 'utf8')}`

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
