import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contractAddresses } from '#lib/flow/addresses.ts'
import { type ChainClient, createChainClient, createSigner, type Signer } from '#services/clients/flow/index.ts'
import {
  ensureEmulator,
  type RunningEmulator,
  SERVICE_ADDRESS,
  SERVICE_PRIVATE_KEY,
  startEmulator,
} from '#services/local/emulator/index.ts'
import { cacheFolder } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'

/** An emulator of a test's own, for what would disturb the others: many blocks, restarts, an empty chain. */
export interface OwnEmulator extends RunningEmulator {
  folder: string
  service: Signer
  /** A client that takes the service account for the contracts' until they are deployed. */
  chain: ChainClient
  close(): Promise<void>
}

export const serviceSigner = (): Signer =>
  createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })

export async function startOwnEmulator(options: { folder?: string; persist?: boolean } = {}): Promise<OwnEmulator> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'flareflow-emulator-'))
  const emulator = await startEmulator({
    ...(await ensureEmulator({ cacheDir: cacheFolder() })),
    restPort: await anyFreePort(),
    grpcPort: await anyFreePort(),
    adminPort: await anyFreePort(),
    debuggerPort: await anyFreePort(),
    dbPath: options.persist ? join(folder, 'chain') : null,
    log: join(folder, 'emulator.log'),
    onSpawn: (child) => process.once('exit', () => child.kill('SIGKILL')),
  })
  const addresses = contractAddresses('emulator', SERVICE_ADDRESS)
  const chain = createChainClient({ network: 'emulator', accessNode: emulator.url, addresses })
  const close = async (): Promise<void> => {
    await emulator.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...emulator, folder, service: serviceSigner(), chain, close }
}

/** Seals empty blocks. */
export async function sealBlocks({ adminUrl }: OwnEmulator, count: number): Promise<void> {
  for (let sealed = 0; sealed < count; sealed += 1) {
    const response = await fetch(`${adminUrl}/emulator/newBlock`, { method: 'POST' })
    if (!response.ok) throw new Error(`The emulator sealed no block: ${await response.text()}`)
    await response.body?.cancel()
  }
}
