import { rmSync } from 'node:fs'
import { choosePorts } from './addresses.ts'
import { configuredParts, nonEmpty } from './configuration.ts'
import type { Home } from './home.ts'
import { startChain } from './parts/chain.ts'
import type { StackContext, Variables } from './parts/context.ts'
import { prepareDatabase, startEmbeddedPostgres } from './parts/database.ts'
import { startDemo } from './parts/demo.ts'
import { gatewayVariables, startGateway } from './parts/gateway.ts'
import { startOracle } from './parts/oracle.ts'
import { prepareWeb, startWeb } from './parts/web.ts'
import type { Progress } from './progress.ts'
import { localSecrets } from './secrets.ts'
import { writeStackFile } from './stack-file.ts'
import type { Supervisor } from './supervisor.ts'

export interface StackOptions {
  readonly home: Home
  readonly supervisor: Supervisor
  readonly progress: Progress
  /** The environment, with what the user set. */
  readonly source: Readonly<Record<string, string | undefined>>
  readonly dev: boolean
  readonly demo: boolean
}

/** Starts every part that isn't configured elsewhere; those that don't need each other start side by side. */
export async function startStack(options: StackOptions): Promise<{ url: string }> {
  const context = await contextOf(options)
  const postgres = startEmbeddedPostgres(context)
  const pages = prepareWeb(context)
  const gateway = startGateway(context, postgres)
  const base = Promise.all([prepareDatabase(context, postgres), startChain(context)]).then((variables) =>
    variablesOf(context, variables),
  )
  // Neither waits for LiteLLM, which takes longest: they meet it when it is there.
  const oracle = base.then((variables) => startOracle(context, { ...variables.shared, ...variables.oracleOnly }))
  const web = Promise.all([base, pages]).then(([variables]) => startWeb(context, variables.shared))
  const demo = context.demo
    ? Promise.all([base, gateway, oracle]).then(([variables]) => startDemo(context, variables.shared))
    : null
  // The first failure is the one to tell; all others follow from it.
  const [{ shared }] = await Promise.all([base, gateway, oracle, web, demo])
  writeStackFile(context, shared)
  return { url: shared['APP_URL'] ?? '' }
}

async function contextOf(options: StackOptions): Promise<StackContext> {
  const { home, source, progress } = options
  rmSync(home.stackFile, { force: true })
  const configured = configuredParts(source)
  const ports = await choosePorts(source, configured, progress)
  return { ...options, settings: nonEmpty(source), configured, ports, secrets: localSecrets(home.secretsFile) }
}

interface PartVariables {
  readonly shared: Variables
  /** The key that submits readings; no other process gets it. */
  readonly oracleOnly: Variables
}

type Started = readonly [database: Variables, chain: PartVariables]

/** What the user set wins, but for what was chosen after his wish: the ports, and the state of the demonstration. */
function variablesOf(context: StackContext, [database, chain]: Started): PartVariables {
  const { home, ports, secrets, settings } = context
  const shared = {
    SESSION_SECRET: secrets.sessionSecret,
    BYOK_ENCRYPTION_KEY: secrets.byokKey,
    APP_URL: `http://localhost:${ports.web}`,
    ORACLE_URL: `http://127.0.0.1:${ports.oracle}`,
    ...database,
    ...chain.shared,
    ...gatewayVariables(context),
    ...settings,
    FLAREFLOW_HOME: home.root,
    PORT: String(ports.web),
    ORACLE_PORT: String(ports.oracle),
  }
  return { shared, oracleOnly: chain.oracleOnly }
}
