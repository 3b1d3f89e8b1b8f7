import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Home, openHome, projectRoot } from '#services/local/home.ts'
import type { Supervisor } from '#services/local/supervisor.ts'

/** The whole stack of the run, as `npm start` starts it; its readings settle every second. */
export interface SharedDashboard {
  url: string
  /** Its state folder. */
  home: string
  /** Its LiteLLM, for calls that go past the gateway. */
  litellmUrl: string
}

const START_MS = 600_000

/** Without what npm and vitest tell their own children. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|VITEST|FLAREFLOW_HOME$|NODE_ENV$|TEST$|PORT$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))) as NodeJS.ProcessEnv
}

/** Runs `npm start` on a state folder of its own and waits for the address that it announces. */
export async function startSharedDashboard(home: Home, supervisor: Supervisor): Promise<SharedDashboard> {
  const folder = join(home.root, 'dashboard')
  const started = supervisor.start({
    name: 'dashboard',
    command: 'npm',
    args: ['start', '--silent'],
    cwd: projectRoot,
    env: { ...ownEnvironment(), FLAREFLOW_HOME: folder, SETTLE_INTERVAL: '1000' },
    signal: 'SIGINT',
    graceMs: 30_000,
    stage: 2,
  })
  const said = (): string => readFileSync(supervisor.logOf('dashboard'), 'utf8')
  const ended = started.ended.then((how) => Promise.reject(new Error(`npm start ended with ${how}:\n${said()}`)))
  const url = await Promise.race([announcedAddress(said), ended])
  const { urls } = JSON.parse(readFileSync(openHome(folder).stackFile, 'utf8')) as { urls: { litellm: string } }
  return { url, home: folder, litellmUrl: urls.litellm }
}

async function announcedAddress(said: () => string): Promise<string> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(100)) {
    const url = /is ready: (\S+)/.exec(said())?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`npm start was not ready in time:\n${said()}`)
}
