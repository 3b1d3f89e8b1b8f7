import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AppError } from '#lib/errors/app-error.ts'
import { findOnPath } from './find-on-path.ts'
import { withLock } from './with-lock.ts'

export type GoCommand = 'flow-emulator' | 'check-cadence'

export interface BuildOptions {
  /** Folder for tools; the binary of each version lies beside the others. */
  cacheDir: string
  /** Told what the build is doing, in a few words, at most once a second. */
  onProgress?: (doing: string) => void
  signal?: AbortSignal
}

const moduleDir = join(import.meta.dirname, 'go')
// Portable code for the signature library: the compiler's own choice needs processor features that not all have.
const cgoFlags = '-O2 -D__BLST_PORTABLE__'

/**
 * Builds a command of the Go module beside this file, once per version of it: its dependencies are pinned by go.sum.
 * Takes minutes the first time. Throws `tool_missing` without Go or a C compiler.
 */
export async function buildGoCommand(command: GoCommand, options: BuildOptions): Promise<string> {
  const folder = join(options.cacheDir, 'go-tools', versionOf(command))
  const bin = join(folder, command)
  if (existsSync(bin)) return bin
  const go = requireCompilers(command)
  const lock = join(options.cacheDir, 'go-tools', 'build.lock')
  return withLock(
    lock,
    () => options.onProgress?.('waiting for another build'),
    async () => {
      if (existsSync(bin)) return bin
      mkdirSync(folder, { recursive: true })
      const draft = join(folder, `.${command}.${process.pid}`)
      try {
        await compile(go, command, draft, options)
        renameSync(draft, bin)
      } finally {
        rmSync(draft, { force: true })
      }
      return bin
    },
  )
}

function versionOf(command: GoCommand): string {
  const sources = join(moduleDir, 'cmd', command)
  const files = [
    'go.mod',
    'go.sum',
    ...readdirSync(sources)
      .sort()
      .map((name) => join('cmd', command, name)),
  ]
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${cgoFlags}`)
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(join(moduleDir, file)))
  return hash.digest('hex').slice(0, 16)
}

function requireCompilers(command: GoCommand): string {
  const go = findOnPath('go')
  const instead = command === 'flow-emulator' ? ', or the flow CLI (https://developers.flow.com/tools/flow-cli)' : ''
  const install = `Install Go 1.22 or newer (https://go.dev/dl) and a C compiler such as gcc or clang${instead}.`
  if (go === null)
    throw new AppError('tool_missing', `The ${command} tool has to be built, but Go is missing. ${install}`)
  const compiler = [process.env.CC, 'cc', 'gcc', 'clang'].find(
    (name) => name !== undefined && findOnPath(name) !== null,
  )
  if (process.env.CC === undefined && compiler === undefined) {
    throw new AppError('tool_missing', `The ${command} tool has to be built, but a C compiler is missing. ${install}`)
  }
  return go
}

async function compile(
  go: string,
  command: GoCommand,
  out: string,
  { onProgress, signal }: BuildOptions,
): Promise<void> {
  onProgress?.('reading the Go module')
  const cc =
    process.env.CC === undefined && findOnPath('cc') === null ? (findOnPath('gcc') ?? findOnPath('clang')) : null
  const build = spawn(go, ['build', '-mod=readonly', '-trimpath', '-v', '-o', out, `./cmd/${command}`], {
    cwd: moduleDir,
    // A group of its own, so that the compilers that Go starts end with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      CGO_ENABLED: '1',
      CGO_CFLAGS: cgoFlags,
      GOFLAGS: '-buildvcs=false',
      ...(cc ? { CC: cc } : {}),
    },
  })
  const end = (): void => killGroup(build.pid)
  signal?.addEventListener('abort', end, { once: true })
  process.once('exit', end)
  const tail = readOutput(build.stderr, onProgress)
  const code = await new Promise<number | null>((resolve, reject) => build.once('error', reject).once('close', resolve))
  signal?.removeEventListener('abort', end)
  process.removeListener('exit', end)
  signal?.throwIfAborted()
  if (code !== 0) throw buildFailed(command, tail)
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Turns Go's lines (a module fetched, a package compiled) into progress; keeps the last ones for an error. */
function readOutput(output: NodeJS.ReadableStream, onProgress?: (doing: string) => void): string[] {
  const tail: string[] = []
  let [fetched, compiled, toldAt] = [0, 0, 0]
  createInterface({ input: output }).on('line', (line) => {
    tail.push(line)
    if (tail.length > 20) tail.shift()
    if (line.startsWith('go: downloading')) fetched += 1
    else if (/^[\w.~/-]+$/.test(line)) compiled += 1
    if (Date.now() - toldAt < 1_000) return
    toldAt = Date.now()
    onProgress?.(compiled > 0 ? `compiled ${compiled} packages` : `fetched ${fetched} modules`)
  })
  return tail
}

function buildFailed(command: GoCommand, tail: readonly string[]): AppError {
  const lines = tail.filter((line) => !line.startsWith('go: downloading'))
  return new AppError(
    'local_part_failed',
    `The ${command} tool could not be built from its Go module: ${lines.at(-1) ?? 'Go gave no reason'}. ` +
      'Check that Go can reach its module proxy and that the C compiler works, then start again.',
    { internal: `go build ${command} failed:\n${lines.join('\n')}` },
  )
}
