import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectContracts, resolveImports } from '#lib/flow/addresses.ts'
import { AppError } from '#lib/errors/app-error.ts'
import type { ChainClient, Signer } from '#services/clients/flow/index.ts'

/** What the subscription contract is deployed with; fixed from then on. */
export interface ContractSettings {
  /** For how long after its end a billing period takes readings. */
  graceSeconds: bigint
  /** Between an admin's change of terms and its effect. */
  noticeSeconds: bigint
  /** Between an owner's request to take FLOW back and its effect. */
  settleDelaySeconds: bigint
  /** Exact decimal FLOW. */
  minimumDeposit: string
}

export type Deployment = ReadonlyArray<{ name: string; done: 'added' | 'updated' | 'unchanged' }>

interface DeployOptions {
  chain: ChainClient
  /** The account that the contracts live in. */
  deployer: Signer
  settings: ContractSettings
}

const contractsFolder = join(import.meta.dirname, '../../cadence/contracts')

/** Brings the deployer's account to the contracts of this version: adds what is missing, updates what differs. */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { chain, deployer } = options
  const present = (await chain.account(deployer.address))?.contracts
  if (present === undefined) {
    throw new AppError(
      'chain_refused',
      `There is no account ${deployer.address} on this network. Nothing was deployed.`,
    )
  }
  const deployment: Array<Deployment[number]> = []
  for (const name of projectContracts(chain.network)) {
    const code = resolveImports(readFileSync(join(contractsFolder, `${name}.cdc`), 'utf8'), chain.addresses)
    if (present[name] === code) {
      deployment.push({ name, done: 'unchanged' })
    } else if (present[name] !== undefined) {
      await updateContract(name, code, options)
      deployment.push({ name, done: 'updated' })
    } else {
      await addContract(name, code, options)
      deployment.push({ name, done: 'added' })
    }
  }
  return deployment
}

/** Only the subscription contract is deployed with settings. */
async function addContract(name: string, code: string, { chain, deployer, settings }: DeployOptions): Promise<void> {
  if (name === 'UsageBasedSubscriptions')
    await chain.send('deployment/add_subscriptions', { code, ...settings }, deployer)
  else await chain.send('deployment/add_contract', { name, code }, deployer)
}

async function updateContract(name: string, code: string, { chain, deployer }: DeployOptions): Promise<void> {
  try {
    await chain.send('deployment/update_contract', { name, code }, deployer)
  } catch (cause) {
    if (!(cause instanceof AppError && cause.code === 'chain_refused')) throw cause
    const remedy = chain.network === 'emulator' ? ' Run npm run reset to start a new chain.' : ''
    throw new AppError(
      'chain_refused',
      `The contract ${name} on this chain is of another version, and this one can't replace it.${remedy}`,
      { internal: `updating ${name}: ${cause.internal}`, cause },
    )
  }
}
