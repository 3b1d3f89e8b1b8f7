import { AppError } from '#lib/errors/app-error.ts'
import { graceMs, stages } from '../part-names.ts'
import { shortPath } from '../progress.ts'
import type { Supervisor } from '../supervisor.ts'
import { answers, waitUntilReady } from '../wait-for.ts'
import { buildWeb, nextCli } from '../web-build.ts'
import type { StackContext, Variables } from './context.ts'

const startMs = 120_000

/** Builds the pages when their sources changed. In development they are compiled on demand instead. */
export async function prepareWeb({ supervisor, progress, settings, dev }: StackContext): Promise<void> {
  if (dev) return
  const ready = progress.begin('pages')
  const onBuild = () => progress.doing('pages', 'building, as their sources changed')
  const built = await buildWeb({ settings, onBuild, build: () => runBuild(supervisor) })
  ready(built ? 'built' : 'unchanged')
}

async function runBuild(supervisor: Supervisor): Promise<void> {
  const name = 'web-build'
  const next = supervisor.start({
    name,
    command: process.execPath,
    args: [nextCli, 'build'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stage: stages[name],
    graceMs: graceMs[name],
    once: true,
  })
  const how = await next.ended
  if (how === 'exit code 0') return
  const log = shortPath(supervisor.logOf(name))
  throw new AppError('local_part_failed', `The pages could not be built (${how}). The reason is at the end of ${log}.`)
}

/** The dashboard and its API. Oracle's key never reaches it. */
export async function startWeb(
  { supervisor, ports, progress, dev }: StackContext,
  variables: Variables,
): Promise<void> {
  const ready = progress.begin('web')
  const web = supervisor.start({
    name: 'web',
    command: process.execPath,
    args: [nextCli, dev ? 'dev' : 'start', '--hostname', '127.0.0.1', '--port', String(ports.web)],
    env: { ...process.env, ...variables, NODE_ENV: dev ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stage: stages.web,
    graceMs: graceMs.web,
  })
  const url = `http://127.0.0.1:${ports.web}`
  const isReady = () => answers(url)
  await waitUntilReady({
    name: 'The web server',
    process: web,
    log: supervisor.logOf('web'),
    timeoutMs: startMs,
    isReady,
  })
  ready(url)
}
