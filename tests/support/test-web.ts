import { baseContext, closeContainer } from '#app/_http/container.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { testVariables } from './context.ts'
import type { SharedChain } from './shared-chain.ts'
import { createTestDatabase } from './stack.ts'

/**
 * Makes this process the web server: its routes answer on a new database, the given chain and LiteLLM, through the same
 * container as in production. Everything it opens ends with the test file's process.
 */
export async function openTestWeb(chain: SharedChain, more: Record<string, string> = {}): Promise<ServiceContext> {
  const { url } = await createTestDatabase()
  const variables = testVariables({
    DATABASE_URL: url,
    FLOW_ACCESS_NODE: chain.accessNode,
    FLOW_CONTRACT_ADDRESS: chain.contractAddress,
    DEFAULT_PROVIDER_ADDRESS: chain.accounts.provider.address,
    LOCAL_ACCOUNTS_FILE: chain.accountsFile,
    ...more,
  })
  Object.assign(process.env, variables)
  await closeContainer()
  return baseContext()
}
