import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../emulator/with-lock.ts'
import { generateClient } from './generate-client.ts'
import { findPython, type Python } from './python.ts'
import { runTool } from './run-tool.ts'
import {
  completionMark,
  engineManifests,
  isComplete,
  type LitellmRuntime,
  requirementsFile,
  runtimeIn,
} from './runtime.ts'

interface SetupOptions {
  /** Folder for tools, shared by all projects of the user. */
  readonly cacheDir: string
  /** Told what is being done, in a few words. */
  readonly onProgress?: (doing: string) => void
}

type Progress = (doing: string) => void

/**
 * Installs LiteLLM with all its pinned packages into the cache, once per set of pins: about a minute and a half the
 * first time. Throws `tool_missing` without a usable Python.
 */
export async function setupLitellm({ cacheDir, onProgress = () => {} }: SetupOptions): Promise<LitellmRuntime> {
  const python = await findPython()
  const runtime = runtimeIn(cacheDir, python)
  if (isComplete(runtime)) return runtime
  const lock = `${runtime.folder}.lock`
  return withLock(
    lock,
    () => onProgress('waiting for another installation'),
    async () => {
      if (!isComplete(runtime)) await install(runtime, python, onProgress)
      return runtime
    },
  )
}

/** A Python environment can't be moved once it is made, so it is made in place, and the mark comes last. */
async function install(runtime: LitellmRuntime, python: Python, onProgress: Progress): Promise<void> {
  rmSync(runtime.folder, { recursive: true, force: true })
  mkdirSync(runtime.folder, { recursive: true })
  await installPython(runtime, python, onProgress)
  onProgress('installing the database engine')
  await installEngine(runtime)
  onProgress('generating the database client')
  await generateClient(runtime)
  writeFileSync(completionMark(runtime), `${new Date().toISOString()}\n`)
}

async function installPython(runtime: LitellmRuntime, python: Python, onProgress: Progress): Promise<void> {
  onProgress(`making an environment of Python ${python.version}`)
  const environment = join(runtime.folder, 'venv')
  const failure = 'The Python environment of LiteLLM could not be made'
  await runTool({ command: python.command, args: ['-m', 'venv', environment], failure })
  const total = readFileSync(requirementsFile, 'utf8').match(/^\S+==/gm)?.length ?? 0
  // Wheels only: no code of a package runs while it is installed. The list is whole, so nothing is resolved: pip would
  // look for an extra of a pinned package in newer versions, and then refuse them for having no hash.
  const safety = [
    '--require-hashes',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-input',
    '--disable-pip-version-check',
  ]
  let collected = 0
  await runTool({
    command: runtime.python,
    args: ['-m', 'pip', 'install', ...safety, '--progress-bar', 'off', '-r', requirementsFile],
    failure: "LiteLLM's Python packages could not be installed",
    onLine: (line) => {
      if (line.startsWith('Collecting')) onProgress(`fetching Python packages, ${(collected += 1)} of ${total}`)
      if (line.startsWith('Installing collected')) onProgress(`installing ${collected} Python packages`)
    },
  })
}

async function installEngine({ packages }: LitellmRuntime): Promise<void> {
  mkdirSync(packages)
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(engineManifests, name), join(packages, name))
  const cli = process.env['npm_execpath']
  const [command, first] = cli?.endsWith('npm-cli.js') ? [process.execPath, [cli]] : ['npm', []]
  // The install scripts of these packages only fetch the engines that this project does without.
  const args = [...first, 'ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  await runTool({ command, args, cwd: packages, failure: 'The packages of the database engine could not be installed' })
}
