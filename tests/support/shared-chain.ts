import { type LocalAccounts, setUpLocalChain } from '#services/chain/index.ts'
import { createSigner } from '#services/clients/flow/index.ts'
import { ensureEmulator, SERVICE_ADDRESS, SERVICE_PRIVATE_KEY, startEmulator } from '#services/local/emulator/index.ts'
import { cacheFolder, type Home } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import type { Supervisor } from '#services/local/supervisor.ts'

/** The run's one chain, with the contracts deployed and the four local accounts. */
export interface SharedChain {
  accessNode: string
  contractAddress: string
  accountsFile: string
  accounts: LocalAccounts
}

/** Starts an emulator that forgets everything, and makes it ready as `npm start` does. */
export async function startSharedChain(home: Home, supervisor: Supervisor): Promise<SharedChain> {
  const tool = await ensureEmulator({ cacheDir: cacheFolder(), onProgress: () => {} })
  const { url: accessNode } = await startEmulator({
    ...tool,
    restPort: await anyFreePort(),
    grpcPort: await anyFreePort(),
    adminPort: await anyFreePort(),
    debuggerPort: await anyFreePort(),
    dbPath: null,
    log: supervisor.logOf('emulator'),
    onSpawn: (child) => supervisor.adopt(child, { name: 'emulator', stage: 1 }),
  })
  const funder = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
  const { accountsFile } = home
  const { contractAddress, accounts } = await setUpLocalChain({ accessNode, accountsFile, funder })
  return { accessNode, contractAddress, accountsFile, accounts }
}
