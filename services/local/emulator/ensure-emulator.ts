import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type BuildOptions, buildGoCommand } from './build-go-command.ts'
import { findOnPath } from './find-on-path.ts'

/** A program that runs the emulator, and the arguments that come before the emulator's own. */
export interface EmulatorTool {
  bin: string
  leadingArgs: readonly string[]
}

/**
 * The user's own `flow` CLI when it speaks Cadence 1.0 (2.0.0 or newer), else the emulator built from its Go module
 * into the cache. Throws `tool_missing` when neither is possible.
 */
export async function ensureEmulator(options: BuildOptions): Promise<EmulatorTool> {
  const cli = findOnPath('flow')
  if (cli !== null && (await speaksCadence1(cli))) {
    return { bin: cli, leadingArgs: ['emulator', '--skip-version-check'] }
  }
  return { bin: await buildGoCommand('flow-emulator', options), leadingArgs: [] }
}

/** The checker of Cadence files, built like the emulator. Called with folders; see its main.go for the exit status. */
export function ensureCadenceCheck(options: BuildOptions): Promise<string> {
  return buildGoCommand('check-cadence', options)
}

async function speaksCadence1(cli: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(cli, ['version', '--output=json', '--skip-version-check'], {
      timeout: 10_000,
    })
    const major = /"version":\s*"v?(\d+)\./.exec(stdout)?.[1]
    return major !== undefined && Number.parseInt(major, 10) >= 2
  } catch {
    // Some other program named flow, or one too old to answer: the pinned emulator is used instead.
    return false
  }
}
