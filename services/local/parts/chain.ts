import { createSigner } from '#services/clients/flow/index.ts'
import { setUpLocalChain } from '#services/chain/index.ts'
import { ensureEmulator, SERVICE_ADDRESS, SERVICE_PRIVATE_KEY, startEmulator } from '../emulator/index.ts'
import { cacheFolder } from '../home.ts'
import { graceMs, stages } from '../part-names.ts'
import type { StackContext, Variables } from './context.ts'

/** Variables of the chain; the key that submits readings is for the oracle alone. */
export interface ChainVariables {
  readonly shared: Variables
  readonly oracleOnly: Variables
}

/** Long enough for the months of the demonstration to settle: the emulator's clock can't be set. */
const demoGraceSeconds = 400n * 86_400n

/** The Flow emulator with the contracts and the four local accounts; nothing on a network of the user's choice. */
export async function startChain(context: StackContext): Promise<ChainVariables> {
  if (context.configured.chain) return { shared: {}, oracleOnly: {} }
  const accessNode = await startLocalEmulator(context)
  const ready = context.progress.begin('contracts')
  const accountsFile = context.home.accountsFile
  const funder = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
  const { contractAddress, accounts, deployment } = await setUpLocalChain({
    accessNode,
    accountsFile,
    funder,
    ...(context.demo ? { settings: { graceSeconds: demoGraceSeconds } } : {}),
  })
  const changed = deployment.filter(({ done }) => done !== 'unchanged').length
  ready(
    changed === 0
      ? `unchanged at ${contractAddress}`
      : `${changed} of ${deployment.length} deployed at ${contractAddress}`,
  )
  const shared = {
    NEXT_PUBLIC_FLOW_NETWORK: 'emulator',
    FLOW_ACCESS_NODE: accessNode,
    FLOW_CONTRACT_ADDRESS: contractAddress,
    DEFAULT_PROVIDER_ADDRESS: accounts.provider.address,
    CREDITS_FLOW_ADDRESS: accounts.provider.address,
    LOCAL_ACCOUNTS_FILE: accountsFile,
    // All of the local accounts come from this machine.
    WELCOME_PER_ADDRESS: '1000',
  }
  const { address, privateKey, keyIndex } = accounts.oracle
  const oracleOnly = { FLOW_ORACLE_ADDRESS: address, FLOW_PRIVATE_KEY: privateKey, FLOW_KEY_INDEX: String(keyIndex) }
  return { shared, oracleOnly }
}

async function startLocalEmulator({ supervisor, home, ports, progress }: StackContext): Promise<string> {
  const ready = progress.begin('emulator')
  const tool = await ensureEmulator({
    cacheDir: cacheFolder(),
    onProgress: (doing) => progress.doing('emulator', doing),
  })
  const { url } = await startEmulator({
    ...tool,
    restPort: ports.flow,
    grpcPort: ports.flowGrpc,
    adminPort: ports.flowAdmin,
    debuggerPort: ports.flowDebugger,
    dbPath: home.emulator,
    log: supervisor.logOf('emulator'),
    onSpawn: (child) =>
      supervisor.adopt(child, { name: 'emulator', stage: stages.emulator, graceMs: graceMs.emulator }),
  })
  ready(`Flow emulator at ${url}`)
  return url
}
