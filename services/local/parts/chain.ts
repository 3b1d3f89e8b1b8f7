import { cacheFolder } from '../home.ts'
import { ensureEmulator, startEmulator } from '../emulator/index.ts'
import { graceMs, stages } from '../part-names.ts'
import type { StackContext, Variables } from './context.ts'

/** Variables of the chain; the key that submits readings is for the oracle alone. */
export interface ChainVariables {
  readonly shared: Variables
  readonly oracleOnly: Variables
}

/** The Flow emulator with the contracts and the four local accounts; nothing on a network of the user's choice. */
export async function startChain(context: StackContext): Promise<ChainVariables> {
  const { configured, supervisor, home, ports, progress } = context
  if (configured.chain) return { shared: {}, oracleOnly: {} }
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
  return { shared: { FLOW_ACCESS_NODE: url }, oracleOnly: {} }
}
