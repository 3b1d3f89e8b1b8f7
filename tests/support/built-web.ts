import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHome, projectRoot } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { createSupervisor, type Supervisor } from '#services/local/supervisor.ts'

const FOLDERS = ['app', 'components', 'hooks', 'lib', 'services', 'public']
const FILES = [
  'proxy.ts',
  'instrumentation.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
]
const nextCli = join(projectRoot, 'node_modules/next/dist/bin/next')

/** The web's sources in a folder of their own, with files added, built for production. */
export interface BuiltWeb extends AsyncDisposable {
  /** Everything that the build printed. */
  readonly output: string
  /** The text of every file that browsers are served. */
  clientFiles(): string[]
  /** Starts a server of the build; resolves when it answers or has ended. */
  start(name: string, variables: Record<string, string>): Promise<RunningWeb>
}

export interface RunningWeb {
  readonly url: string
  /** Everything that the server printed so far. */
  readonly output: () => string
  /** How it ended, e.g. "exit code 1"; null while it runs. */
  readonly ended: () => string | null
}

/** Builds a copy, so that neither the added files nor the variables of this build reach the project's own. */
export async function buildWebCopy(
  added: Record<string, string>,
  variables: Record<string, string>,
): Promise<BuiltWeb> {
  const copies = join(projectRoot, '.flareflow')
  mkdirSync(copies, { recursive: true })
  const folder = mkdtempSync(join(copies, 'web-copy-'))
  copySources(folder)
  for (const [name, content] of Object.entries(added)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const supervisor = createSupervisor(openHome(join(folder, 'home')))
  const build = run(supervisor, { name: 'build', args: ['build'], folder, variables })
  const how = await build.process.ended
  if (how !== 'exit code 0') throw new Error(`The copy could not be built (${how}):\n${build.output()}`)
  return {
    output: build.output(),
    clientFiles: () => textFiles(join(folder, '.next/static')),
    start: (name, more) => startWeb(supervisor, { name, folder, variables: more }),
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function copySources(folder: string): void {
  for (const name of [...FOLDERS, ...FILES]) {
    const source = join(projectRoot, name)
    if (existsSync(source)) cpSync(source, join(folder, name), { recursive: true })
  }
}

interface Run {
  name: string
  folder: string
  variables: Record<string, string>
}

async function startWeb(supervisor: Supervisor, { name, folder, variables }: Run): Promise<RunningWeb> {
  const port = String(await anyFreePort())
  const url = `http://127.0.0.1:${port}`
  const args = ['start', '--hostname', '127.0.0.1', '--port', port]
  const server = run(supervisor, { name, args, folder, variables: { ...variables, APP_URL: url, PORT: port } })
  const end: { how: string | null } = { how: null }
  void server.process.ended.then((how) => (end.how = how))
  const answers = () =>
    fetch(`${url}/icon.svg`).then(
      (response) => response.ok,
      () => false,
    )
  for (let tries = 0; tries < 600 && end.how === null && !(await answers()); tries += 1) await sleep(100)
  return { url, output: server.output, ended: () => end.how }
}

function run(supervisor: Supervisor, { name, args, folder, variables }: Run & { args: string[] }) {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, NEXT_TELEMETRY_DISABLED: '1', ...variables, NODE_ENV: 'production' as const }
  const command = { name, command: process.execPath, args: [nextCli, ...args], cwd: folder, env, stage: 1, once: true }
  return { process: supervisor.start(command), output: () => readFileSync(supervisor.logOf(name), 'utf8') }
}

const textFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
