import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { findOnPath } from '../emulator/find-on-path.ts'
import { withLock } from '../emulator/with-lock.ts'
import { runTool } from '../litellm/run-tool.ts'

export interface RedisTool {
  readonly bin: string
  /** Where its libraries are, if they came with it. */
  readonly env: Readonly<Record<string, string>>
}

interface RedisOptions {
  /** Folder for tools, shared by all projects of the user. */
  readonly cacheDir: string
  readonly onProgress?: (doing: string) => void
}

/** The server's own packages of Debian, and the libraries that a machine may lack. */
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']
const failure = 'The Redis server could not be fetched from Debian'

/** The user's own `redis-server`, else Debian's, unpacked into the cache: nothing is installed on the machine. */
export async function ensureRedis({ cacheDir, onProgress = () => {} }: RedisOptions): Promise<RedisTool> {
  const own = findOnPath('redis-server')
  if (own !== null) return { bin: own, env: {} }
  const folder = join(cacheDir, 'redis')
  if (!existsSync(folder)) {
    requireDebian()
    await withLock(
      `${folder}.lock`,
      () => onProgress('waiting for another installation'),
      async () => {
        if (!existsSync(folder)) await unpackInto(folder, onProgress)
      },
    )
  }
  return toolIn(folder)
}

function requireDebian(): void {
  if (findOnPath('apt-get') !== null && findOnPath('dpkg-deb') !== null) return
  throw new AppError('tool_missing', 'redis-server is missing. Install Redis 7 (https://redis.io), then start again.')
}

/** Complete or not at all: the folder gets its name when everything is in it. */
async function unpackInto(folder: string, onProgress: (doing: string) => void): Promise<void> {
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    onProgress('fetching its packages')
    const fetchAll = () => runTool({ command: 'apt-get', args: ['download', ...PACKAGES], cwd: draft, failure })
    // A new machine knows of no packages yet.
    await fetchAll().catch(async () => {
      await runTool({ command: 'apt-get', args: ['update'], failure })
      await fetchAll()
    })
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb'))) {
      await runTool({ command: 'dpkg-deb', args: ['-x', file, 'root'], cwd: draft, failure })
    }
    renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function toolIn(folder: string): RedisTool {
  const libraries = join(folder, 'root/usr/lib')
  const folders = readdirSync(libraries).filter((name) => name.includes('linux'))
  return {
    bin: join(folder, 'root/usr/bin/redis-server'),
    env: { LD_LIBRARY_PATH: folders.map((name) => join(libraries, name)).join(':') },
  }
}
