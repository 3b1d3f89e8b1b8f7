import type { Env } from '#services/platform/env.ts'
import { loadEnv } from '#services/platform/env.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { systemClock } from '#services/platform/clock.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { deployments } from '#services/platform/db/schema/index.ts'
import { createLogger } from '#services/platform/logger.ts'
import { createTestDatabase } from './stack.ts'

export const TEST_SECRET = 'a-webhook-secret-of-tests'

/** Variables that every part of a test may share; a test overrides those it is about. */
export function testVariables(more: Record<string, string> = {}): Record<string, string> {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    LITELLM_URL: 'http://127.0.0.1:1',
    LITELLM_MASTER_KEY: 'sk-test-master-key-1234567890',
    LITELLM_WEBHOOK_SECRET: TEST_SECRET,
    SESSION_SECRET: 'a-session-secret-of-tests',
    FLOW_CONTRACT_ADDRESS: '0xf8d6e0586b0a20c7',
    ...more,
  }
}

export const testEnv = (more: Record<string, string> = {}): Env => loadEnv(testVariables(more))

export interface TestContext extends AsyncDisposable {
  readonly ctx: ServiceContext
  /** What a process needs to be told to work on the same parts. */
  readonly variables: Record<string, string>
}

/** Throws when it is touched: for tests of verbs that must not reach that part. */
function absent<T extends object>(part: string): T {
  return new Proxy({} as T, {
    get: (_, name) => {
      throw new Error(`This test has no ${part}, but ${String(name)} was used.`)
    },
  })
}

type TestParts = Partial<Pick<ServiceContext, 'chain' | 'litellm' | 'clock' | 'deploymentId' | 'actor'>> & {
  variables?: Record<string, string>
}

/** A context on a real database of its own. Parts that are not given must not be used. */
export async function createTestContext(parts: TestParts = {}): Promise<TestContext> {
  return contextOn((await createTestDatabase()).url, parts)
}

/** The same on a database that has the newest schema already. */
export async function contextOn(url: string, parts: TestParts = {}): Promise<TestContext> {
  const variables = testVariables({ DATABASE_URL: url, ...parts.variables })
  const env = loadEnv(variables)
  const log = createLogger({ level: env.logLevel, name: 'test', secrets: [] })
  const opened = openDatabase({ url, pool: env.database.pool, onConnectionError: (error) => log.debug(error) })
  const deploymentId = parts.deploymentId ?? 'deployment-of-tests'
  await opened.db
    .insert(deployments)
    .values({ id: deploymentId, network: 'emulator', contractAddress: env.flow.contractAddress })
    .onConflictDoNothing()
  const ctx: ServiceContext = {
    actor: parts.actor ?? { kind: 'system', job: 'test' },
    db: opened.db,
    clock: parts.clock ?? systemClock,
    chain: parts.chain ?? absent('chain'),
    litellm: parts.litellm ?? absent('LiteLLM'),
    log,
    env,
    deploymentId,
  }
  return {
    ctx,
    variables,
    async [Symbol.asyncDispose]() {
      await opened.close()
    },
  }
}
