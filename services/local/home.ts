import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export const projectRoot = resolve(import.meta.dirname, '../..')

/** Where local state lives: one folder, forgotten by `npm run reset`. */
export interface Home {
  readonly root: string
  readonly logs: string
  readonly postgres: string
  readonly emulator: string
  readonly litellm: string
  readonly accountsFile: string
  readonly secretsFile: string
  readonly runFile: string
  readonly stackFile: string
  readonly lockFile: string
}

/** The state folder of this project, or the one that FLAREFLOW_HOME names; it and its logs folder exist afterwards. */
export function openHome(path = process.env.FLAREFLOW_HOME): Home {
  const root = resolve(projectRoot, path ?? '.flareflow')
  const home = {
    root,
    logs: join(root, 'logs'),
    postgres: join(root, 'postgres'),
    emulator: join(root, 'emulator'),
    litellm: join(root, 'litellm'),
    accountsFile: join(root, 'accounts.json'),
    secretsFile: join(root, 'secrets.json'),
    runFile: join(root, 'run.json'),
    stackFile: join(root, 'stack.json'),
    lockFile: join(root, '.lock'),
  }
  mkdirSync(home.logs, { recursive: true })
  return home
}

/** The state of the demonstration, inside that of the project. */
export const openDemoHome = (): Home => openHome(join(openHome().root, 'demo'))

/** Tools that are built once per machine and shared by all projects of the user. */
export function cacheFolder(): string {
  return resolve(process.env.FLAREFLOW_CACHE ?? join(homedir(), '.cache/flareflow'))
}
