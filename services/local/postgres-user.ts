import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '#lib/errors/app-error.ts'

/** How to run a Postgres program: as this user, or as another one when this is root, which Postgres refuses. */
export interface PostgresUser {
  readonly uid?: number
  readonly gid?: number
  /** Words before the program: keeps the right to pass through folders that only root may enter. */
  readonly prefix: readonly string[]
}

const search = 0o001
const names = ['postgres', 'nobody']

/** Chooses the user, and makes the data folder his. */
export function postgresUser(dataFolder: string, binary: string): PostgresUser {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  if (process.getuid?.() !== 0) return { prefix: [] }
  const { uid, gid } = ownerOf(dataFolder) ?? systemUser()
  chownSync(dataFolder, uid, gid)
  if ([dataFolder, binary].every(isReachable)) return { uid, gid, prefix: [] }
  return { prefix: throughFolders(uid, gid, dataFolder) }
}

/** A folder that was filled by an earlier start stays with the user it was filled by. */
function ownerOf(dataFolder: string): { uid: number; gid: number } | null {
  const { uid, gid } = statSync(dataFolder)
  return uid === 0 ? null : { uid, gid }
}

function systemUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = names.map((name) => users.find(([user]) => user === name)).find((user) => user !== undefined)
  if (!found) {
    throw new AppError(
      'local_part_failed',
      'Postgres refuses to run as root, and this system has neither a user postgres nor nobody. ' +
        'Start FlareFlow as an ordinary user, or set DATABASE_URL.',
    )
  }
  return { uid: Number(found[2]), gid: Number(found[3]) }
}

/** True when everybody may pass through all folders above. */
function isReachable(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & search) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

function throughFolders(uid: number, gid: number, dataFolder: string): string[] {
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(existsSync)
  const command = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ]
  try {
    if (setpriv === undefined) throw new Error('setpriv is not installed')
    execFileSync(setpriv, [...command, 'ls', dataFolder], { stdio: 'ignore' })
    return [setpriv, ...command]
  } catch (error) {
    throw new AppError(
      'local_part_failed',
      `Postgres refuses to run as root, and no other user may enter ${dataFolder}. ` +
        'Set FLAREFLOW_HOME to a folder that every user may enter, or start FlareFlow as an ordinary user.',
      { cause: error },
    )
  }
}
