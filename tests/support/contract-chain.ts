import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { type ContractAddresses, contractAddresses, projectContracts, resolveImports } from '#lib/flow/addresses.ts'
import { type ChainClient, createChainClient, createSigner, type Signer } from '#services/clients/flow/index.ts'
import { ensureEmulator, SERVICE_PRIVATE_KEY } from '#services/local/emulator/index.ts'
import { cacheFolder, projectRoot } from '#services/local/home.ts'
import { choosePort } from '#services/local/ports.ts'
import { keepCoverage } from './cadence-coverage.ts'

// The library takes `expect` from the global scope when it is loaded.
Object.assign(globalThis, { expect })
const testing = await import('@onflow/flow-js-testing')

export interface Deployed {
  /** Calls the project's transactions and scripts against these contracts. */
  readonly chain: ChainClient
  /** The account that holds the contracts, and so the admin. */
  readonly admin: Signer
}

export interface DeployOptions {
  graceSeconds?: bigint
  noticeSeconds?: bigint
  settleDelaySeconds?: bigint
  minimumDeposit?: string
  /** Changes a contract's code before it is deployed, to plant a bug. */
  change?: (name: string, code: string) => string
  /** The contracts' time stands still: `setTime` alone moves it, to the second. */
  stillClock?: boolean
}

/** Accounts that hold the project's contracts as they are, and the sentences with which those refused something. */
const unaltered = new Set<string>()
const refusals = new Set<string>()

export const HOUR = 3_600n
export const DAY = 86_400n

let isCovering = true

/**
 * Starts an emulator of the test file's own, with a clock that tests can set. End it with `stopEmulator`. What random
 * actions cover differs from run to run: they say `covering: false`, and take a good deal less time.
 */
export async function startEmulator({ covering = true } = {}): Promise<void> {
  isCovering = covering
  const { bin, leadingArgs } = await ensureEmulator({ cacheDir: cacheFolder() })
  process.env['EMULATOR_COMMAND'] = JSON.stringify([bin, ...leadingArgs])
  await testing.init(projectRoot, { pkey: SERVICE_PRIVATE_KEY })
  const execName = join(import.meta.dirname, 'flow-shim.mjs')
  const flags = [`--service-priv-key=${SERVICE_PRIVATE_KEY}`, ...(covering ? ['--coverage-reporting'] : [])].join(' ')
  await startOnFreePorts({ execName, signatureCheck: true, flags })
}

/** A port that another program took since it was chosen ends the emulator: it starts on others. */
async function startOnFreePorts(options: Parameters<typeof testing.emulator.start>[0], tries = 3): Promise<void> {
  try {
    await testing.emulator.start({ ...options, ...(await choosePorts()) })
  } catch (error) {
    // flow-js-testing rejects with nothing when the emulator ends.
    if (error !== undefined) throw error
    if (tries === 1) throw new Error('The emulator ended at once, three times.', { cause: error })
    await testing.emulator.stop()
    await sleep(1_000)
    await startOnFreePorts(options, tries - 1)
  }
}

/** Left to itself, flow-js-testing takes another test file's emulator on the same port for its own. */
const choosePorts = async () => ({
  grpcPort: await choosePort(0),
  restPort: await choosePort(0),
  adminPort: await choosePort(0),
  debuggerPort: await choosePort(0),
})

export async function stopEmulator(): Promise<void> {
  const folder = process.env['CADENCE_COVERAGE']
  if (folder && isCovering) await keepCoverage(emulatorUrls().adminUrl, folder, unaltered, refusals)
  await testing.emulator.stop()
}

/** Where the emulator answers. */
export const emulatorUrls = (): { accessNode: string; adminUrl: string } => ({
  accessNode: `http://localhost:${testing.emulator.restPort}`,
  adminUrl: `http://localhost:${testing.emulator.adminPort}`,
})

/** Sets the time that contracts on a still clock see, in Unix seconds. */
export async function setTime(seconds: number): Promise<void> {
  await testing.shallPass(testing.setTimestampOffset(`${seconds}.0`))
}

/** Sets the time that the contracts see; it goes on from there. */
export async function setClock(time: Date): Promise<void> {
  const ahead = Math.floor((time.getTime() - Date.now()) / 1_000)
  await testing.shallPass(testing.setTimestampOffset(`${ahead}.0`))
}

const parties = new Map<string, Signer>()

/** An account of this name with 1,000 FLOW, made when it is first asked for. */
export async function party(name: string): Promise<Signer> {
  const known = parties.get(name)
  if (known) return known
  const address = await testing.getAccountAddress(name)
  await testing.shallPass(testing.mintFlow(address, '1000.0'))
  const made = createSigner({ address, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
  parties.set(name, made)
  return made
}

/** Deploys the contracts to an account of this name. */
export async function deploy(name: string, options: DeployOptions = {}): Promise<Deployed> {
  const admin = await party(name)
  const addresses = contractAddresses('emulator', admin.address)
  const client = createChainClient({ network: 'emulator', accessNode: emulatorUrls().accessNode, addresses })
  const chain = noting(admin.address, client)
  const settings = {
    graceSeconds: options.graceSeconds ?? 3n * DAY,
    noticeSeconds: options.noticeSeconds ?? 0n,
    settleDelaySeconds: options.settleDelaySeconds ?? HOUR,
    minimumDeposit: options.minimumDeposit ?? '1.00000000',
  }
  for (const contract of projectContracts('emulator')) {
    const code = await deployableCode(contract, addresses, options)
    if (contract === 'UsageBasedSubscriptions')
      await chain.send('deployment/add_subscriptions', { code, ...settings }, admin)
    else await chain.send('deployment/add_contract', { name: contract, code }, admin)
  }
  if (options.change === undefined) unaltered.add(admin.address)
  return { chain, admin }
}

/** The same client, which notes the sentences of contracts that are as they are. */
function noting(address: string, client: ChainClient): ChainClient {
  const note = (error: unknown): never => {
    if (unaltered.has(address)) noteRefusal(error instanceof AppError ? error.internal : textOf(error))
    throw error
  }
  return {
    ...client,
    send: (...sent) => client.send(...sent).catch(note),
    script: (...asked) => client.script(...asked).catch(note),
  }
}

function noteRefusal(text: string): void {
  for (const line of text.split('\n')) if (line.includes('Cannot ')) refusals.add(line)
}

/** A contract's code as it is deployed here: changed as asked, with its imports' addresses and the tests' clock. */
export async function deployableCode(
  contract: string,
  addresses: ContractAddresses,
  { change, stillClock }: Pick<DeployOptions, 'change' | 'stillClock'>,
): Promise<string> {
  const source = readFileSync(join(projectRoot, 'cadence/contracts', `${contract}.cdc`), 'utf8')
  const changed = resolveImports(change?.(contract, source) ?? source, addresses)
  const blockTime = 'getCurrentBlock().timestamp'
  const timed = stillClock ? changed.replace(blockTime, `${blockTime} * 0.0 + FlowManager.timestampOffset`) : changed
  // Makes the contracts ask the library for the time, which is what lets tests set the clock.
  return testing.builtInMethods(timed)
}

/** Deploys a contract that only tests have, for transactions of the tests' own to import. */
export async function deployTestContract(deployed: Deployed, name: string, to: Signer): Promise<Deployed> {
  const source = readFileSync(join(projectRoot, 'tests/chain/cadence', `${name}.cdc`), 'utf8')
  const { chain } = deployed
  const code = resolveImports(source, chain.addresses)
  await testing.shallPass(testing.deployContract({ name, code, to: to.address }))
  return { ...deployed, chain: { ...chain, addresses: { ...chain.addresses, [name]: to.address } } }
}

/** Runs Cadence of the tests' own as a transaction. Resolves to null, or to the whole error it was refused with. */
export async function attempt(
  { chain, admin }: Deployed,
  code: string,
  args: readonly unknown[],
  signer: Signer,
): Promise<string | null> {
  const resolved = resolveImports(code, chain.addresses)
  const [, error] = await testing.sendTransaction({ code: resolved, args, signers: [signer.address] })
  return error === null ? null : refusalText(admin, error)
}

/** Runs Cadence of the tests' own as a script. */
export async function query<T>({ chain, admin }: Deployed, code: string, args: readonly unknown[]): Promise<T> {
  const [result, error] = await testing.executeScript<T>({ code: resolveImports(code, chain.addresses), args })
  if (error !== null) throw new Error(refusalText(admin, error))
  return result as T
}

function refusalText(admin: Signer, error: unknown): string {
  if (unaltered.has(admin.address)) noteRefusal(textOf(error))
  return textOf(error)
}

/** The library's errors are plain strings. */
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
