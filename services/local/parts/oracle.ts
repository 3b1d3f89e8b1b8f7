import { join } from 'node:path'
import { projectRoot } from '../home.ts'
import { graceMs, stages } from '../part-names.ts'
import { answers, waitUntilReady } from '../wait-for.ts'
import type { StackContext, Variables } from './context.ts'

const startMs = 60_000

/** The oracle: usage in, settlements out. */
export async function startOracle({ supervisor, ports, progress }: StackContext, variables: Variables): Promise<void> {
  const ready = progress.begin('oracle')
  const oracle = supervisor.start({
    name: 'oracle',
    command: process.execPath,
    args: [join(projectRoot, 'services/bin/oracle.ts')],
    env: { ...process.env, ...variables, NODE_ENV: 'production' },
    stage: stages.oracle,
    graceMs: graceMs.oracle,
  })
  const url = `http://127.0.0.1:${ports.oracle}`
  const isReady = () => answers(`${url}/health`)
  const log = supervisor.logOf('oracle')
  await waitUntilReady({ name: 'The oracle', process: oracle, log, timeoutMs: startMs, isReady })
  ready(url)
}
