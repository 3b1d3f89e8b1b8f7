import { execFile } from 'node:child_process'
import { chmodSync, chownSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { AppError } from '#lib/errors/app-error.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { type PostgresUser, postgresUser } from './postgres-user.ts'
import type { SupervisedProcess, Supervisor } from './supervisor.ts'
import { waitUntilReady } from './wait-for.ts'

export interface PostgresSettings {
  readonly supervisor: Supervisor
  readonly dataFolder: string
  readonly port: number
  readonly password: string
  /** Made when they are missing. */
  readonly databases: readonly string[]
  readonly stage: number
  readonly flags?: readonly string[]
}

export interface RunningPostgres {
  readonly process: SupervisedProcess
  /** The address of one of its databases, password included. */
  urlOf(database: string): string
}

const user = 'flareflow'
const startMs = 60_000
const stopMs = 6_000
const run = promisify(execFile)

/** The address of a database on a Postgres that was started here. */
export const databaseUrl = (of: { port: number; password: string; database: string }): string =>
  `postgresql://${user}:${of.password}@127.0.0.1:${of.port}/${of.database}`

/** Starts a real Postgres 18 on loopback, making its cluster the first time. */
export async function startPostgres(settings: PostgresSettings): Promise<RunningPostgres> {
  const { supervisor, dataFolder, port } = settings
  const binaries = postgresBinaries()
  const as = postgresUser(dataFolder, binaries.postgres)
  await makeCluster(binaries.initdb, as, settings)
  const args = ['-D', dataFolder, '-p', String(port), ...fixedFlags, ...(settings.flags ?? [])]
  const [command = '', ...rest] = [...as.prefix, binaries.postgres, ...args]
  const { prefix: _, ...ids } = as
  const process = supervisor.start({
    name: 'postgres',
    command,
    args: rest,
    env: cleanEnvironment(),
    // Fast shutdown: ends sessions, writes a checkpoint, needs no recovery.
    signal: 'SIGINT',
    graceMs: stopMs,
    stage: settings.stage,
    ...ids,
  })
  const urlOf = (database: string) => databaseUrl({ port, password: settings.password, database })
  const isReady = () => accepts(urlOf('postgres'))
  await waitUntilReady({ name: 'Postgres', process, log: supervisor.logOf('postgres'), timeoutMs: startMs, isReady })
  await makeDatabases(urlOf('postgres'), settings.databases)
  return { process, urlOf }
}

const fixedFlags = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200']

/** Postgres' own variables of the user's shell must not reach the embedded one. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  return { ...Object.fromEntries(kept), NODE_ENV: 'production', LC_ALL: 'C', TZ: 'UTC' }
}

/** A cluster is whole once it has its version file; half a one, from an interrupted start, is made again. */
async function makeCluster(
  initdb: string,
  as: PostgresUser,
  { dataFolder, password }: PostgresSettings,
): Promise<void> {
  const complete = `${dataFolder}.complete`
  if (existsSync(complete)) return
  for (const entry of readdirSync(dataFolder)) rmSync(join(dataFolder, entry), { recursive: true, force: true })
  const passwordFile = `${dataFolder}.password`
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (as.uid !== undefined && as.gid !== undefined) chownSync(passwordFile, as.uid, as.gid)
  const flags = [`--pgdata=${dataFolder}`, `--username=${user}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const [command = '', ...args] = [...as.prefix, initdb, ...flags, '--encoding=UTF8', '--locale=C', '--no-instructions']
  const { prefix: _, ...ids } = as
  try {
    await run(command, args, { ...ids, env: cleanEnvironment() })
  } catch (error) {
    throw new AppError(
      'local_part_failed',
      `The Postgres cluster could not be made in ${dataFolder}: ${wordsOf(error)}`,
      {
        cause: error,
      },
    )
  } finally {
    rmSync(passwordFile, { force: true })
  }
  chmodSync(dataFolder, 0o700)
  writeFileSync(complete, '18\n')
}

function wordsOf(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  return text.trim().split('\n').slice(-2).join(' ')
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.end()
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // 28P01: this server knows another password, and waiting won't change that.
    if (code === '28P01') {
      throw new AppError(
        'local_part_failed',
        'Postgres refuses the password in secrets.json. Run npm run reset to start afresh.',
        {
          cause: error,
        },
      )
    }
    return false
  }
}

async function makeDatabases(url: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database')
    const there = new Set(rows.map((row) => row.datname))
    for (const name of names) {
      if (!there.has(name)) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
    }
  } finally {
    await client.end()
  }
}
