import { AppError } from '#lib/errors/app-error.ts'
import { migrate } from '#services/platform/db/migrate.ts'
import { settingOf } from '../configuration.ts'
import { stages } from '../part-names.ts'
import { type RunningPostgres, startPostgres } from '../postgres.ts'
import type { StackContext, Variables } from './context.ts'

/** The embedded Postgres, when the project or a LiteLLM that runs here needs it. */
export async function startEmbeddedPostgres(context: StackContext): Promise<RunningPostgres | null> {
  const { configured, supervisor, home, ports, secrets, progress } = context
  if (configured.database && configured.litellm) return null
  const ready = progress.begin('postgres')
  const postgres = await startPostgres({
    supervisor,
    dataFolder: home.postgres,
    port: ports.postgres,
    password: secrets.databasePassword,
    databases: ['flareflow', 'litellm'],
    stage: stages.postgres,
  })
  ready(`Postgres 18 at 127.0.0.1:${ports.postgres}`)
  return postgres
}

/** Brings the project's database up to date: its own one, or one on the embedded Postgres. */
export async function prepareDatabase(
  { settings, progress }: StackContext,
  embedded: Promise<RunningPostgres | null>,
): Promise<Variables> {
  const own = settingOf(settings, 'DATABASE_URL')
  const url = own ?? (await embedded)?.urlOf('flareflow')
  if (url === undefined) throw new Error('Without DATABASE_URL the embedded Postgres runs.')
  const ready = progress.begin('database')
  try {
    await migrate(url)
  } catch (error) {
    throw notReady(url, own !== undefined, error)
  }
  ready(own === undefined ? 'up to date' : 'your own, up to date')
  return { DATABASE_URL: url }
}

/** Says where the database is and what it answered, without its password. */
function notReady(url: string, isOwn: boolean, error: unknown): AppError {
  const { host, pathname } = new URL(url)
  const root = rootOf(error)
  const advice = isOwn ? 'Check DATABASE_URL and start again.' : 'npm run reset starts with an empty one.'
  const what = `The database ${host}${pathname} could not be brought up to date: ${root}.`
  return new AppError('database_unavailable', `${what} Nothing else was changed in it. ${advice}`, { cause: error })
}

function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined
    ? error.message || String('code' in error ? error.code : error.name)
    : rootOf(error.cause)
}
