import { contractAddresses } from '#lib/flow/addresses.ts'
import { createChainClient } from '#services/clients/flow/index.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { systemClock } from './clock.ts'
import type { Actor, ServiceContext } from './context.ts'
import { openDatabase } from './db/client.ts'
import { deployments } from './db/schema/index.ts'
import { type Env, secretsOf } from './env.ts'
import { createLogger } from './logger.ts'

/** Everything that one process holds open. */
export interface Container {
  /** The process's context on behalf of somebody. */
  contextFor(actor: Actor): ServiceContext
  close(): Promise<void>
}

/**
 * Opens the database and the clients, and asks the chain which deployment this is. The database must have the newest
 * schema. Throws `chain_unreachable` or `database_unavailable`; nothing stays open then.
 */
export async function openContainer(env: Env, { name }: { name: string }): Promise<Container> {
  const log = createLogger({ level: env.logLevel, name, secrets: secretsOf(env) })
  const onConnectionError = (err: Error): void => log.warn({ err }, 'a database connection broke')
  const database = openDatabase({ ...env.database, onConnectionError })
  try {
    const { network, accessNode, contractAddress } = env.flow
    const chain = createChainClient({ network, accessNode, addresses: contractAddresses(network, contractAddress) })
    const litellm = createLitellmClient({ url: env.litellm.url, masterKey: env.litellm.masterKey })
    const { deploymentId } = await chain.script('get_settings', {})
    await database.db.insert(deployments).values({ id: deploymentId, network, contractAddress }).onConflictDoNothing()
    const shared = { db: database.db, clock: systemClock, chain, litellm, log, env, deploymentId }
    return { contextFor: (actor) => ({ ...shared, actor }), close: () => database.close() }
  } catch (error) {
    await database.close()
    throw error
  }
}
