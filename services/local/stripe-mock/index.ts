import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'
import { findOnPath } from '../emulator/find-on-path.ts'
import { withLock } from '../emulator/with-lock.ts'
import { runTool } from '../litellm/run-tool.ts'
import type { SupervisedProcess, Supervisor } from '../supervisor.ts'
import { waitUntilReady } from '../wait-for.ts'

/** The release whose idea of Stripe's API is tested against. */
const VERSION = 'v0.203.0'
const failure = "Stripe's stand-in could not be built from its Go module"
const startMs = 60_000

interface StripeMockOptions {
  /** Folder for tools, shared by all projects of the user. */
  readonly cacheDir: string
  readonly onProgress?: (doing: string) => void
}

/** Stripe's own stand-in, built once per version from its Go module into the cache. */
export async function ensureStripeMock({ cacheDir, onProgress = () => {} }: StripeMockOptions): Promise<string> {
  const folder = join(cacheDir, 'go-tools', `stripe-mock-${VERSION}`)
  const bin = join(folder, 'stripe-mock')
  if (existsSync(bin)) return bin
  const go = findOnPath('go')
  if (go === null) throw new AppError('tool_missing', `${failure}. Install Go 1.22 or newer (https://go.dev/dl).`)
  return withLock(
    `${folder}.lock`,
    () => onProgress('waiting for another build'),
    async () => {
      if (!existsSync(bin)) await build(go, folder, onProgress)
      return bin
    },
  )
}

/** Complete or not at all: the folder gets its name when the program is in it. */
async function build(go: string, folder: string, onProgress: (doing: string) => void): Promise<void> {
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    onProgress('building it')
    const env = { ...process.env, GOBIN: draft, CGO_ENABLED: '0' }
    await runTool({ command: go, args: ['install', `github.com/stripe/stripe-mock@${VERSION}`], env, failure })
    renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

interface StripeMockSettings {
  readonly supervisor: Supervisor
  readonly bin: string
  readonly port: number
  /** It always serves HTTPS too, and on all addresses unless it is told where. */
  readonly httpsPort: number
  readonly stage: number
}

/** Starts it on loopback. It checks every request against Stripe's own description of the API, and keeps nothing. */
export async function startStripeMock({ supervisor, bin, port, httpsPort, stage }: StripeMockSettings): Promise<{
  process: SupervisedProcess
  url: string
}> {
  const url = `http://127.0.0.1:${port}`
  const args = ['-http-addr', `127.0.0.1:${port}`, '-https-addr', `127.0.0.1:${httpsPort}`]
  const child = supervisor.start({ name: 'stripe-mock', command: bin, args, stage })
  // It answers everybody without a key with 401.
  const isReady = () =>
    fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
      () => true,
      () => false,
    )
  const log = supervisor.logOf('stripe-mock')
  await waitUntilReady({ name: 'stripe-mock', process: child, log, timeoutMs: startMs, isReady })
  return { process: child, url }
}
