import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { AppError } from '#lib/errors/app-error.ts'

export interface ToolRun {
  readonly command: string
  readonly args: readonly string[]
  /** What it does, for the sentence when it fails: "The Python packages could not be installed". */
  readonly failure: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly onLine?: (line: string) => void
}

const kept = 40
const advice = 'Check the connection to the package registries and the free disk space, then start again.'

/** Runs a tool to its end. Throws `local_part_failed` with its last words when it fails. */
export async function runTool({ command, args, failure, cwd, env, onLine }: ToolRun): Promise<void> {
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
  const end = (): void => void child.kill('SIGTERM')
  process.once('exit', end)
  const tail: string[] = []
  const output = new PassThrough()
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  createInterface({ input: output }).on('line', (line) => {
    if (line.trim() === '') return
    tail.push(line)
    if (tail.length > kept) tail.shift()
    onLine?.(line)
  })
  try {
    const how = await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)))
    })
    if (how === null) return
    throw new AppError('local_part_failed', `${failure}: ${lastWords(tail)} (${how}). ${advice}`, {
      internal: `${command} ${args.join(' ')} failed with ${how}:\n${tail.join('\n')}`,
    })
  } finally {
    process.removeListener('exit', end)
  }
}

/** The line that names the error, if one does, else the last one. */
function lastWords(tail: readonly string[]): string {
  const line = tail.findLast((candidate) => /\berror\b/i.test(candidate)) ?? tail.at(-1)
  return line?.trim().slice(0, 300) ?? 'it said nothing'
}
