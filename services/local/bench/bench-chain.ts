import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readingDomain } from '#lib/settlement/reading-message.ts'
import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { periodOf } from '#lib/period/period.ts'
import { setUpLocalChain } from '#services/chain/index.ts'
import { createSigner } from '#services/clients/flow/index.ts'
import { ensureEmulator, SERVICE_ADDRESS, SERVICE_PRIVATE_KEY, startEmulator } from '../emulator/index.ts'
import { cacheFolder } from '../home.ts'
import { anyFreePort } from '../ports.ts'
import { type Bench, type Measured, settleBatch } from './settle-batch.ts'

const SIZES = [1, 10, 50, 100, 150, 200, 300, 400, 450, 500, 550, 600, 700]
const DEPOSIT = '1.00000000'

export interface BenchOptions {
  readonly sizes?: readonly number[]
  readonly onProgress: (doing: string) => void
}

/**
 * Settles batches of growing size on an emulator of its own that reports computation and takes fees: the vaults' first
 * readings and further ones, and then again with vaults that pay their provider at once. Each ends at the first size
 * that doesn't fit into a transaction.
 */
export async function benchChain({ sizes = SIZES, onProgress }: BenchOptions): Promise<Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-bench-'))
  const emulator = await startBenchEmulator(folder)
  try {
    const bench = await openBench(emulator, join(folder, 'accounts.json'))
    const rows: Measured[] = []
    for (const size of sizes) {
      onProgress(`${size} vaults`)
      await openVaults(bench, size)
      const row = await measure(bench, size)
      rows.push(row)
      if ('limit' in row.further || 'limit' in row.first) break
    }
    await measurePaid(bench, rows, onProgress)
    return rows
  } finally {
    await emulator.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startBenchEmulator(folder: string) {
  return startEmulator({
    ...(await ensureEmulator({ cacheDir: cacheFolder() })),
    restPort: await anyFreePort(),
    grpcPort: await anyFreePort(),
    adminPort: await anyFreePort(),
    debuggerPort: await anyFreePort(),
    dbPath: null,
    log: join(folder, 'emulator.log'),
    flags: ['--computation-reporting', '--transaction-fees'],
    onSpawn: (child) => process.once('exit', () => child.kill('SIGKILL')),
  })
}

type BenchEmulator = Awaited<ReturnType<typeof startBenchEmulator>>

async function openBench({ url, adminUrl }: BenchEmulator, accountsFile: string): Promise<Bench> {
  const funder = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
  const { chain, accounts, contractAddress } = await setUpLocalChain({ accessNode: url, accountsFile, funder })
  const { deploymentId } = await chain.script('get_settings', {})
  return {
    chain,
    adminUrl,
    customer: createSigner(accounts.customer),
    provider: accounts.provider.address,
    oracle: createSigner(accounts.oracle),
    domain: readingDomain('emulator', contractAddress, deploymentId),
    period: periodOf(new Date()),
    vaults: [],
  }
}

async function openVaults(bench: Bench, count: number): Promise<void> {
  const { chain, customer, provider, vaults } = bench
  while (vaults.length < count) {
    const args = { provider, serviceName: 'bench', deposit: DEPOSIT }
    const { events } = await chain.send('owner/create_subscription', args, customer)
    for (const { id } of subscriptionEventsNamed('VaultOpened', events))
      vaults.push({ id, sequence: 0n, automatic: false })
  }
}

/** A vault's first reading of a month stores more than those that follow. */
async function measure(bench: Bench, size: number): Promise<Measured> {
  const fresh = bench.vaults.filter(({ sequence }) => sequence === 0n)
  const first = await settleBatch(bench, fresh)
  const further = await settleBatch(bench, bench.vaults.slice(0, size))
  return { size, firstSize: fresh.length, first, further, paid: null }
}

/** A payment has events of its own, so fewer vaults fit. */
async function measurePaid(bench: Bench, rows: readonly Measured[], onProgress: BenchOptions['onProgress']) {
  for (const row of rows) {
    onProgress(`${row.size} vaults that pay at once`)
    const vaults = bench.vaults.slice(0, row.size)
    for (const vault of vaults.filter(({ automatic }) => !automatic)) {
      await bench.chain.send('owner/set_automatic_payment', { vaultId: vault.id, enabled: true }, bench.customer)
      vault.automatic = true
    }
    row.paid = await settleBatch(bench, vaults)
    if ('limit' in row.paid) break
  }
}
