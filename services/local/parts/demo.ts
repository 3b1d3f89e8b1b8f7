import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Home, projectRoot } from '../home.ts'
import { graceMs, stages } from '../part-names.ts'
import { waitUntilReady } from '../wait-for.ts'
import type { StackContext, Variables } from './context.ts'

const prepareMs = 600_000

/** The demonstration says here how far it is. */
export const demoProgressFile = (home: Home): string => join(home.root, 'demo-progress.txt')

/** Customers with a year of usage behind them, and live traffic from then on. */
export async function startDemo({ home, supervisor, progress }: StackContext, variables: Variables): Promise<void> {
  const ready = progress.begin('demo')
  const file = demoProgressFile(home)
  rmSync(file, { force: true })
  const demo = supervisor.start({
    name: 'demo',
    command: process.execPath,
    args: [join(projectRoot, 'services/bin/demo.ts')],
    env: { ...process.env, ...variables, NODE_ENV: 'production' },
    stage: stages.demo,
    graceMs: graceMs.demo,
  })
  let told = ''
  async function isReady(): Promise<boolean> {
    const doing = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (doing !== '' && doing !== told && doing !== 'ready') progress.doing('demo', doing)
    told = doing
    return doing === 'ready'
  }
  const log = supervisor.logOf('demo')
  await waitUntilReady({ name: 'The demonstration', process: demo, log, timeoutMs: prepareMs, isReady })
  ready('live traffic of several customers')
}
