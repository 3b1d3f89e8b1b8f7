import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AppError } from '#lib/errors/app-error.ts'

/** A Python that LiteLLM's pinned packages are made for. */
export interface Python {
  readonly command: string
  /** E.g. 3.11 */
  readonly version: string
}

/** `python3` comes first; the others are looked for when it is too old or too new. */
const commands = ['python3', 'python3.11', 'python3.12', 'python3.13']
const supported = ['3.11', '3.12', '3.13']
const answerMs = 20_000
const probe = `
import sys
print("%d.%d" % sys.version_info[:2])
try:
    import ensurepip, venv
    print("venv")
except ImportError:
    print("no venv")
`

interface Found extends Python {
  readonly hasVenv: boolean
}

/** The first usable Python on the PATH. Throws `tool_missing` with what to install. */
export async function findPython(): Promise<Python> {
  const found: Found[] = []
  for (const command of commands) {
    const python = await look(command)
    if (python !== null && isUsable(python)) return python
    if (python !== null) found.push(python)
  }
  throw new AppError('tool_missing', `${whatIsWrong(found)} Nothing was started.`)
}

const isUsable = ({ version, hasVenv }: Found): boolean => supported.includes(version) && hasVenv

function whatIsWrong(found: readonly Found[]): string {
  const withoutVenv = found.find(({ version }) => supported.includes(version))
  if (withoutVenv !== undefined) {
    const { version } = withoutVenv
    const remedy = `install python${version}-venv.`
    return `The LiteLLM proxy needs Python's venv module, which this Python ${version} lacks: ${remedy}`
  }
  const [first] = found
  const instead = first === undefined ? 'no python3 was found' : `${first.command} is ${first.version}`
  return `The LiteLLM proxy needs Python 3.11, 3.12 or 3.13, but ${instead}: install one of them and start again.`
}

async function look(command: string): Promise<Found | null> {
  try {
    const { stdout } = await promisify(execFile)(command, ['-c', probe], { timeout: answerMs })
    const [version = '', venv] = stdout.trim().split('\n')
    return { command, version, hasVenv: venv === 'venv' }
  } catch {
    // Not there, or a version manager's placeholder for a version that isn't installed.
    return null
  }
}
