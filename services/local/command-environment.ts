import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { type Env, loadEnv } from '#services/platform/env.ts'
import { nonEmpty, readEnvFiles } from './configuration.ts'
import { type Home, openDemoHome, openHome } from './home.ts'
import { databaseUrl } from './postgres.ts'
import { localSecrets } from './secrets.ts'

const stackSchema = z.object({
  urls: z.object({ web: z.string(), oracle: z.string(), litellm: z.string(), flow: z.string().optional() }),
  ports: z.object({ postgres: z.number() }),
  contractAddress: z.string().optional(),
})

/** What the parts that run locally now would be called in the environment; nothing when none does. */
function runningParts({ stackFile, secretsFile }: Home): Record<string, string> {
  if (!existsSync(stackFile)) return {}
  const { urls, ports, contractAddress } = stackSchema.parse(JSON.parse(readFileSync(stackFile, 'utf8')))
  const secrets = localSecrets(secretsFile)
  return nonEmpty({
    DATABASE_URL: databaseUrl({ port: ports.postgres, password: secrets.databasePassword, database: 'flareflow' }),
    LITELLM_URL: urls.litellm,
    LITELLM_MASTER_KEY: secrets.litellmMasterKey,
    LITELLM_WEBHOOK_SECRET: secrets.webhookSecret,
    SESSION_SECRET: secrets.sessionSecret,
    BYOK_ENCRYPTION_KEY: secrets.byokKey,
    APP_URL: urls.web,
    ORACLE_URL: urls.oracle,
    FLOW_ACCESS_NODE: urls.flow,
    FLOW_CONTRACT_ADDRESS: contractAddress,
  })
}

/** The emulator that runs here now, the demonstration's if only that does, with the file of its accounts. */
export function runningChain(): { accessNode: string; accountsFile: string } | null {
  const home = openHome()
  const homes = existsSync(join(home.root, 'demo')) ? [home, openDemoHome()] : [home]
  for (const each of homes) {
    const { FLOW_ACCESS_NODE: accessNode } = runningParts(each)
    if (accessNode !== undefined) return { accessNode, accountsFile: each.accountsFile }
  }
  return null
}

/**
 * The environment of a command: what is set, the user's `.env` files, and for the rest the local stack or the
 * demonstration that runs now. Throws `config_invalid`.
 */
export function commandEnvironment(): Env {
  readEnvFiles()
  const home = openHome()
  const demo = existsSync(join(home.root, 'demo')) ? runningParts(openDemoHome()) : {}
  return loadEnv({ ...demo, ...runningParts(home), ...nonEmpty(process.env) })
}
