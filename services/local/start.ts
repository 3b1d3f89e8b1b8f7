import { rmSync } from 'node:fs'
import { AppError } from '#lib/errors/app-error.ts'
import { checkConfiguration, readEnvFiles, requireLocalChain } from './configuration.ts'
import { runVariable } from './end-parts.ts'
import { type Home, openDemoHome, openHome } from './home.ts'
import { announceUrl, releaseLock, takeHome } from './home-lock.ts'
import { titleOf } from './part-names.ts'
import { ownIdentity } from './process-identity.ts'
import { createProgress, type Progress, shortPath, terminal } from './progress.ts'
import { endLeftovers } from './run-record.ts'
import { type StackOptions, startStack } from './stack.ts'
import { listenForStop, type StopRequest } from './stop-request.ts'
import { createSupervisor, type PartDeath, type Supervisor } from './supervisor.ts'

export interface StartOptions {
  readonly dev: boolean
  /** Beside the ordinary state, so that neither disturbs the other. */
  readonly demo?: boolean
  /** What is started; the whole stack unless a test wants less. */
  readonly startParts?: (options: StackOptions) => Promise<{ url: string }>
}

/** Runs the local stack until it is told to stop or a part dies. Resolves with the exit code; nothing runs then. */
export async function start({ dev, demo = false, startParts = startStack }: StartOptions): Promise<number> {
  const progress = createProgress(terminal())
  const stop = listenForStop()
  try {
    readEnvFiles()
    checkConfiguration(process.env)
    if (demo) requireLocalChain(process.env)
    const home = demo ? openDemoHome() : openHome()
    takeHome(home)
    return await runIn(home, { progress, stop, dev, demo, startParts })
  } catch (error) {
    return tell(error)
  }
}

interface Running extends Required<StartOptions> {
  readonly progress: Progress
  readonly stop: StopRequest
}

async function runIn(home: Home, running: Running): Promise<number> {
  const { progress, stop, dev, demo, startParts } = running
  progress.say(`FlareFlow starts; its state is in ${shortPath(home.root)}`)
  const left = await endLeftovers(home.runFile)
  if (left.length > 0) progress.say(`Ended what an earlier start had left running: ${left.join(', ')}`)
  const supervisor = createSupervisor(home)
  // Tools that run during the setup are marked as well, so they end with it.
  process.env[runVariable] = supervisor.run
  const failed = supervisor.death.then((death) => Promise.reject(deathOf(death)))
  const asked = stop.asked.then(() => 0)
  const ready = startParts({ home, supervisor, progress, source: process.env, dev, demo }).then(({ url }) => {
    announceUrl(home, url)
    progress.say(`\nFlareFlow is ready: ${url}   (${progress.total()})`)
    progress.say(`Logs are in ${shortPath(home.logs)}. Ctrl-C stops everything.`)
  })
  try {
    return await Promise.race([failed, asked, ready.then(() => Promise.race([failed, asked]))])
  } catch (error) {
    return tell(error)
  } finally {
    // What breaks because everything ends is no news.
    ready.catch(() => {})
    await end(home, supervisor, running)
  }
}

async function end(home: Home, supervisor: Supervisor, { progress, stop }: Running): Promise<void> {
  progress.say('\nStopping')
  await Promise.race([supervisor.stop(), stop.insisted.then(() => supervisor.kill())])
  rmSync(home.runFile, { force: true })
  rmSync(home.stackFile, { force: true })
  releaseLock(home.lockFile, ownIdentity())
  progress.say('Everything is stopped.')
}

function deathOf({ name, how, log }: PartDeath): AppError {
  return new AppError(
    'local_part_failed',
    `${titleOf(name)} ended by itself (${how}), so everything else is stopped too. ` +
      `The reason is at the end of ${shortPath(log)}; npm start starts again where it was.`,
  )
}

function tell(error: unknown): number {
  const words = error instanceof AppError ? error.publicMessage : String(error instanceof Error ? error.stack : error)
  process.stderr.write(`\n${words}\n`)
  return 1
}
