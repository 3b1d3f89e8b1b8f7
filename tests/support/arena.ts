import { formatUsdPerFlow, parseFlow } from '#lib/money/decimal.ts'
import { usdPerFlow } from '#lib/money/units.ts'
import { createSigner, generateFlowKey, type Signer } from '#services/clients/flow/index.ts'
import { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from '#services/local/emulator/index.ts'
import { domainOf, OPENING } from './billing.ts'
import { deploy, deployableCode, type Deployed, emulatorUrls, setTime } from './contract-chain.ts'
import { inFlow } from './expected-report.ts'
import { createFastChain, type FastChain } from './fast-chain.ts'
import { openingSteps } from './openings.ts'
import { OPEN_VAULTS, PARTIES, type Party } from './actions.ts'
import type { Step } from './steps.ts'
import { readTransaction } from './test-cadence.ts'
import { look } from './vault-faults.ts'
import { WorldModel } from './world-model.ts'

/** Contracts with all parties and a few open vaults, on a clock that stands still. Every run begins at that point. */
export interface Arena {
  readonly deployed: Deployed
  readonly chain: FastChain
  readonly signers: Readonly<Record<Party, Signer>>
  /** Where signatures over readings hold. */
  readonly domain: string
  /** The block after which a run begins. */
  readonly start: number
  /** What each party has before the vaults are opened, in the order of `PARTIES`. */
  readonly held: readonly string[]
}

const DAY = 86_400
const SETTINGS = { graceSeconds: 3 * DAY, noticeSeconds: DAY, delaySeconds: 3_600, minimumDeposit: 10_000_000n }
/** The oracle, who is appointed at the opening, may act a notice time later. */
const BEGIN = OPENING.getTime() / 1_000 + SETTINGS.noticeSeconds
const RATE = 100_000_000n
/** Deploys the contracts to an account of this name. */
export async function openArena(admin: string): Promise<Arena> {
  await setTime(OPENING.getTime() / 1_000)
  const deployed = await deploy(admin, {
    graceSeconds: BigInt(SETTINGS.graceSeconds),
    noticeSeconds: BigInt(SETTINGS.noticeSeconds),
    settleDelaySeconds: BigInt(SETTINGS.delaySeconds),
    minimumDeposit: inFlow(SETTINGS.minimumDeposit),
    stillClock: true,
  })
  const { accessNode, adminUrl } = emulatorUrls()
  const chain = createFastChain(accessNode, adminUrl, deployed.chain.addresses)
  const signers: Partial<Record<Party, Signer>> = { admin: deployed.admin }
  for (const name of PARTIES) signers[name] ??= await newParty(chain)
  const domain = await domainOf(deployed)
  const opening = { deployed, chain, signers: signers as Record<Party, Signer>, domain, start: 0, held: [] }
  await giveRoles(opening)
  const { held } = await look(opening, [], [])
  const arena = { ...opening, held }
  for (const { code, args, by } of newWorld(arena).steps) await mustSend(arena, code, args, by)
  return { ...arena, start: await chain.height() }
}

async function mustSend({ chain, signers }: Arena, code: string, args: Step['args'], by: Party): Promise<void> {
  const { refusal } = await chain.send(code, args, signers[by])
  if (refusal !== null) throw new Error(refusal)
}

async function newParty(chain: FastChain): Promise<Signer> {
  const { privateKey, publicKey } = generateFlowKey()
  const service = createSigner({ address: SERVICE_ADDRESS, privateKey: SERVICE_PRIVATE_KEY, keyIndex: 0 })
  const args = { publicKey, amount: '1000.00000000' }
  const { events } = await chain.send(readTransaction('account/create_account'), args, service)
  const created = events.find(({ type }) => type === 'flow.AccountCreated')?.data as { address: string }
  return createSigner({ address: created.address, privateKey, keyIndex: 0 })
}

/** The oracle's appointment, the providers' registration and the rate's source act after the notice time. */
async function giveRoles(arena: Arena): Promise<void> {
  const { oracle, provider, rival } = arena.signers
  const send = (name: string, args: Step['args'], by: Party) => mustSend(arena, readTransaction(name), args, by)
  const rate = formatUsdPerFlow(usdPerFlow(RATE))
  await send('admin/name_rate_source', { source: 'fixed' }, 'admin')
  for (const { address } of [provider, rival]) await send('admin/register_provider', { address }, 'admin')
  await send('admin/register_handler', {}, 'admin')
  await send('admin/appoint_oracle', { address: oracle.address, publicKey: oracle.publicKey }, 'admin')
  await send('oracle/claim_oracle', {}, 'oracle')
  await setTime(BEGIN)
  await send('admin/set_rate', { usdPerFlow: rate, source: 'fixed' }, 'admin')
}

/** What the rules say of the arena's start, and the transactions that lead there. */
function newWorld(arena: Arena): { world: WorldModel; steps: Step[] } {
  const flow = new Map(PARTIES.map((name, i) => [name, parseFlow(arena.held[i] ?? '0')]))
  const rate = { usdPerFlow: RATE, source: 'fixed', setAt: BEGIN }
  const world = new WorldModel(BEGIN, rate, flow, SETTINGS)
  const steps = Array.from({ length: OPEN_VAULTS }, (_, slot) => openingSteps(arena, world, slot)).flat()
  return { world, steps }
}

/** Takes the chain back to where runs begin, and returns what the rules say of that. */
export async function beginRun(arena: Arena): Promise<WorldModel> {
  await arena.chain.rollBack(arena.start)
  return newWorld(arena).world
}

/** A contract, a piece of its code that is there once, and what takes its place. */
export type Edit = readonly [contract: string, piece: RegExp, by: string]

/** The same arena with other contracts, from its start on. */
export async function plantBug(arena: Arena, edits: readonly Edit[]): Promise<Arena> {
  await arena.chain.rollBack(arena.start)
  for (const contract of new Set(edits.map(([name]) => name))) {
    const change = (_name: string, source: string): string =>
      edits.filter(([name]) => name === contract).reduce((text, [, piece, by]) => replaceOnce(text, piece, by), source)
    const code = await deployableCode(contract, arena.deployed.chain.addresses, { change, stillClock: true })
    await mustSend(arena, readTransaction('deployment/update_contract'), { name: contract, code }, 'admin')
  }
  return { ...arena, start: await arena.chain.height() }
}

function replaceOnce(text: string, piece: RegExp, by: string): string {
  const parts = text.split(piece)
  if (parts.length !== 2) throw new Error(`${piece} is there ${parts.length - 1} times.`)
  return parts.join(by)
}
