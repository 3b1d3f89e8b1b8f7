import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#lib/errors/app-error.ts'
import { formatFlow, formatUsd, formatUsdPerFlow } from '#lib/money/decimal.ts'
import { flow, usd, usdPerFlow } from '#lib/money/units.ts'
import { createSigner, generateFlowKey, type SealedTransaction, type Signer } from '#services/clients/flow/index.ts'
import { type Billing, domainOf, openVault, toArguments } from './billing.ts'
import { type Action, OPEN_VAULTS, type Party } from './random-actions.ts'
import { faultOf, flowOfParties } from './vault-faults.ts'
import { VaultModel } from './vault-model.ts'

/** The vaults of a run, what they should be, and the rate. A vault that was closed gives its place to a new one. */
interface World {
  readonly billing: Billing
  readonly signers: Readonly<Record<Party, Signer>>
  readonly open: VaultModel[]
  readonly all: VaultModel[]
  /** FLOW of all parties and vaults together. */
  readonly total: bigint
  rate: bigint
}

/** An act: what the model says of it, and what the chain does. */
interface Attempt {
  predict(): string
  send(signer: Signer): Promise<SealedTransaction>
}

const DEPOSIT = 100_000_000n

/**
 * Plays actions on new vaults. After each, what happened must be what the model foretold, every vault what the model
 * says, and no FLOW may have appeared or gone. Returns the first index at which that fails and why, or null.
 */
export async function playActions(
  billing: Billing,
  signers: World['signers'],
  actions: readonly Action[],
): Promise<{ readonly index: number; readonly why: string } | null> {
  const world = await openWorld({ ...billing, domain: await domainOf(billing) }, signers)
  for (const [index, action] of actions.entries()) {
    const why = (await act(world, action)) ?? (await lastingFault(world))
    if (why !== null) return { index, why }
  }
  return null
}

async function openWorld(billing: Billing, signers: World['signers']): Promise<World> {
  const rate = 100_000_000n
  await billing.chain.send(
    'admin/set_rate',
    { usdPerFlow: formatUsdPerFlow(usdPerFlow(rate)), source: 'fixed' },
    signers.admin,
  )
  const total = await flowOfParties({ billing, signers })
  const world: World = { billing, signers, open: [], all: [], total, rate }
  for (let slot = 0; slot < OPEN_VAULTS; slot += 1) await openIn(world, slot)
  return world
}

async function openIn(world: World, slot: number): Promise<void> {
  const id = await openVault(world.billing, formatFlow(flow(DEPOSIT)), { customer: world.signers.customer })
  const model = new VaultModel(id, DEPOSIT, 'customer')
  world.open[slot] = model
  world.all.push(model)
}

/** Tries an action; returns how chain and model differ, or null. */
async function act(world: World, action: Action): Promise<string | null> {
  const slot = 'vault' in action ? action.vault : 0
  const model = modelAt(world, slot)
  const entitled = entitledTo(action, model)
  const party = action.by ?? entitled ?? 'stranger'
  const { predict, send } = attemptOf(world, action, model)
  const handovers = model.handovers
  const hadApprovals = model.approvals !== null
  const expected = entitled === null || party === entitled ? predict() : 'refused'
  const happened = await outcomeOf(send(world.signers[party]))
  if (happened !== expected) return `${party}: ${happened}, where the rules say ${expected}`
  await follow(world, model, { handovers, hadApprovals })
  return null
}

/** What the parties do of their own accord afterwards: claim what is new to them, open a vault for one that closed. */
async function follow(
  world: World,
  model: VaultModel,
  { handovers, hadApprovals }: { handovers: number; hadApprovals: boolean },
): Promise<void> {
  const { chain } = world.billing
  const vaultId = model.id
  if (model.handovers !== handovers)
    await chain.send('owner/claim_vault', { vaultId }, world.signers[model.owner as Party])
  if (model.approvals !== null && !hadApprovals)
    await chain.send('approver/claim_seat', { vaultId }, world.signers.approver)
  const slot = world.open.indexOf(model)
  if (model.closed && slot >= 0) await openIn(world, slot)
}

function modelAt({ open, all }: World, slot: number): VaultModel {
  const closed = all.findLast((model) => model.closed)
  const found = slot < OPEN_VAULTS ? open[slot] : (closed ?? open[0])
  if (!found) throw new Error(`There is no vault at ${slot}.`)
  return found
}

/** Whose act it is; null: anyone's. */
function entitledTo({ kind }: Action, model: VaultModel): Party | null {
  if (kind === 'deposit') return null
  if (kind === 'withdraw' || kind === 'payment') return 'provider'
  if (kind === 'readings') return 'oracle'
  if (kind === 'rate') return 'admin'
  return kind === 'approve' ? 'approver' : (model.owner as Party)
}

const units = (amount: bigint): string => formatFlow(flow(amount))
const done = (allowed: boolean): string => (allowed ? 'done' : 'refused')

function attemptOf(world: World, action: Action, model: VaultModel): Attempt {
  const { chain } = world.billing
  const vaultId = model.id
  switch (action.kind) {
    case 'readings':
      return readingsOf(world, action)
    case 'deposit':
      return {
        predict: () => done(model.deposit(action.amount)),
        send: (signer) => chain.send('owner/deposit', { vaultId, amount: units(action.amount) }, signer),
      }
    case 'withdraw':
      return {
        predict: () => done(model.withdraw()),
        send: (signer) => chain.send('provider/withdraw_accrued', { vaultIds: [vaultId] }, signer),
      }
    case 'automatic':
      return {
        predict: () => done(model.setAutomatic(action.enabled)),
        send: (signer) => chain.send('owner/set_automatic_payment', { vaultId, enabled: action.enabled }, signer),
      }
    case 'cap': {
      const capUsd = action.amount === null ? null : formatUsd(usd(action.amount))
      return {
        predict: () => done(model.setCap(action.amount)),
        send: (signer) => chain.send('owner/set_cap', { vaultId, capUsd }, signer),
      }
    }
    case 'pause':
      return {
        predict: () => done(model.setPaused(action.paused)),
        send: (signer) => chain.send(action.paused ? 'owner/pause' : 'owner/resume', { vaultId }, signer),
      }
    case 'rate':
      return {
        predict: () => {
          world.rate = action.usdPerFlow
          return 'done'
        },
        send: (signer) =>
          chain.send(
            'admin/set_rate',
            { usdPerFlow: formatUsdPerFlow(usdPerFlow(action.usdPerFlow)), source: 'fixed' },
            signer,
          ),
      }
    default:
      return leavingOf(world, action, model)
  }
}

type Leaving = Extract<
  Action,
  { kind: 'request' | 'cancel' | 'takeBack' | 'approvers' | 'payment' | 'approve' | 'transfer' }
>

/** Acts by which FLOW, or the vault, leaves. */
function leavingOf({ billing: { chain }, signers }: World, action: Leaving, model: VaultModel): Attempt {
  const vaultId = model.id
  switch (action.kind) {
    case 'request': {
      const amount = action.amount === null ? null : units(action.amount)
      return {
        predict: () => done(model.request(action.amount)),
        send: (signer) => chain.send('owner/request_return', { vaultId, amount }, signer),
      }
    }
    case 'cancel':
      return {
        predict: () => done(model.cancel()),
        send: (signer) => chain.send('owner/cancel_return', { vaultId }, signer),
      }
    case 'takeBack':
      return {
        predict: () => done(model.takeBack()),
        send: (signer) => chain.send('owner/take_back', { vaultId }, signer),
      }
    case 'approvers': {
      const { policy } = action
      const approvers = policy === null ? [] : [signers.approver.address]
      const threshold = policy?.threshold ? units(policy.threshold) : null
      const args = { vaultId, approvers, required: approvers.length, threshold }
      return {
        predict: () => done(model.setApprovers(policy)),
        send: (signer) => chain.send('owner/set_approvers', args, signer),
      }
    }
    case 'payment':
      return {
        predict: () => done(model.requestPayment(action.amount)),
        send: (signer) => chain.send('provider/request_payment', { vaultId, amount: units(action.amount) }, signer),
      }
    case 'approve': {
      const proposalId = model.approvals?.proposals.get(action.proposal)?.id ?? 4_040n
      return {
        predict: () => done(model.approve(action.proposal)),
        send: (signer) => chain.send('approver/approve', { vaultId, proposalId }, signer),
      }
    }
    case 'transfer':
      return {
        predict: () => done(model.transfer(action.to)),
        send: (signer) => chain.send('owner/transfer', { vaultId, to: signers[action.to].address }, signer),
      }
  }
}

/** Signs with the oracle's key or with another; the arguments are made before the model moves on. */
function readingsOf(world: World, { increases, ownKey }: Extract<Action, { kind: 'readings' }>): Attempt {
  const outcomes: string[] = []
  const ahead = new Map<VaultModel, { sequence: bigint; usage: Record<string, bigint> }>()
  const readings = increases.map(({ vault, step, model: name, tokens }) => {
    const model = modelAt(world, vault)
    const { sequence: last, usage: known } = ahead.get(model) ?? model
    const sequence = last + step < 0n ? 0n : last + step
    const sum = (known[name] ?? 0n) + tokens
    const usage = { ...known, [name]: sum < 0n ? 0n : sum }
    ahead.set(model, { sequence, usage })
    return { model, vaultId: model.id, sequence, usage }
  })
  const oracle = world.signers.oracle
  const key = ownKey ? oracle : createSigner({ ...oracle, privateKey: generateFlowKey().privateKey })
  return {
    predict() {
      for (const { model, sequence, usage } of readings)
        outcomes.push(ownKey ? model.settle(sequence, usage, world.rate) : 'bad_signature')
      return outcomes.join(' ')
    },
    send: async (signer) =>
      world.billing.chain.send('oracle/submit_readings', await toArguments(world.billing, readings, key), signer),
  }
}

async function outcomeOf(sent: Promise<SealedTransaction>): Promise<string> {
  try {
    const { events } = await sent
    const readings = events
      .filter(({ type }) => /\.Reading(Settled|Skipped)$/.test(type))
      .map(({ type, data }) => (type.endsWith('Settled') ? 'settled' : (data as { reason: string }).reason))
    return readings.length > 0 ? readings.join(' ') : 'done'
  } catch (error) {
    if (error instanceof AppError && error.code === 'chain_refused') return 'refused'
    throw error
  }
}

/** A script may see a block a little older than the transaction's: what acts from then on shows later. */
async function lastingFault(world: World): Promise<string | null> {
  if ((await faultOf(world)) === null) return null
  await sleep(1_100)
  await world.billing.chain.send('provider/withdraw_accrued', { vaultIds: [] }, world.signers.provider)
  return faultOf(world)
}
