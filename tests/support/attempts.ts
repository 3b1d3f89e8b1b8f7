import { nextPeriod } from '#lib/period/period.ts'
import { formatUsdPerFlow } from '#lib/money/decimal.ts'
import { usdPerFlow } from '#lib/money/units.ts'
import { proposalFor } from './actors.ts'
import type { Arena } from './arena.ts'
import { inFlow, inUsd } from './expected-report.ts'
import { policyArguments } from './openings.ts'
import type { Action, Party } from './actions.ts'
import { PRICE_LISTS, scheduleArguments } from './price-lists.ts'
import { readTestCadence, readTransaction } from './test-cadence.ts'
import type { VaultModel } from './vault-model.ts'
import type { WorldModel } from './world-model.ts'

/** An act: what is sent, why this party may not (null: it may), and what the model says of it; that moves the model. */
export interface Attempt {
  readonly code: string
  readonly args: Readonly<Record<string, unknown>>
  readonly refusal: string | null
  predict(): string | readonly string[]
}

type About<K extends Action['kind']> = Extract<Action, { kind: K }>

interface Acting {
  readonly arena: Arena
  readonly world: WorldModel
  readonly model: VaultModel
  readonly party: Party
}

const NO_PROPOSAL = 4_040n

const optional = <T>(value: T | null, write: (value: T) => string): string | null =>
  value === null ? null : write(value)

type Owners = About<
  | 'automatic'
  | 'cap'
  | 'expiry'
  | 'pause'
  | 'resume'
  | 'reminder'
  | 'request'
  | 'cancel'
  | 'takeBack'
  | 'approvers'
  | 'transfer'
>

/** What an owner does with its capability. */
export function ownersAttempt({ arena, world, model, party }: Acting, action: Owners): Attempt {
  const vaultId = model.id
  const as = (name: string, args: Attempt['args'], predict: () => string): Attempt => ({
    code: readTransaction(`owner/${name}`),
    args: { vaultId, ...args },
    refusal: model.rights.asOwner(party),
    predict,
  })
  switch (action.kind) {
    case 'automatic':
      return as('set_automatic_payment', { enabled: action.enabled }, () => model.setAutomatic(action.enabled))
    case 'cap':
      return as('set_cap', { capUsd: optional(action.amount, inUsd) }, () => model.setCap(action.amount))
    case 'expiry': {
      const expiresAt = action.inSeconds === null ? null : world.now + action.inSeconds
      return as('set_expiry', { expiresAt: expiresAt === null ? null : BigInt(expiresAt) }, () =>
        model.setExpiry(expiresAt),
      )
    }
    case 'pause':
      return as('pause', {}, () => model.setPaused(true))
    case 'resume':
      return as('resume', {}, () => model.setPaused(false))
    case 'reminder':
      return as('set_reminder', { below: optional(action.amount, inFlow) }, () => model.setReminder(action.amount))
    case 'request':
      return as('request_return', { amount: optional(action.amount, inFlow) }, () => model.request(action.amount))
    case 'cancel':
      return as('cancel_return', {}, () => model.cancel())
    case 'takeBack':
      return as('take_back', {}, () => model.takeBack(party))
    case 'approvers': {
      const args = policyArguments(arena.signers, vaultId, action.policy)
      return as('set_approvers', args, () => model.setApprovers(action.policy))
    }
    case 'transfer':
      return as('transfer', { to: arena.signers[action.to].address }, () => model.transfer(action.to))
  }
}

const OTHERS = [
  ...(['deposit', 'withdraw', 'withdrawPart', 'receiver', 'payment', 'credit', 'approve', 'execute'] as const),
  ...(['renew', 'claimVault', 'claimSeat', 'leak', 'steal', 'archive'] as const),
] as const
type Others = About<(typeof OTHERS)[number]>

export const isOthers = (action: Action): action is Others => OTHERS.some((kind) => kind === action.kind)

/** What providers, approvers, anyone and a thief do at a vault. */
export function othersAttempt({ arena, world, model, party }: Acting, action: Others): Attempt {
  const { rights } = model
  const vaultId = model.id
  const actedAsProvider = (outcome: string): string => {
    if (outcome === 'done') rights.providerActed()
    return outcome
  }
  switch (action.kind) {
    case 'deposit':
      return {
        code: readTransaction('owner/deposit'),
        args: { vaultId, amount: inFlow(action.amount) },
        refusal: null,
        predict: () => model.deposit(action.amount, party),
      }
    case 'withdraw':
      return {
        code: readTransaction('provider/withdraw_accrued'),
        args: { vaultIds: [vaultId] },
        refusal: model.archived ? null : rights.asProvider(party),
        predict: () => (model.archived ? 'done' : actedAsProvider(model.withdrawAll(party))),
      }
    case 'renew':
      return {
        code: readTransaction('provider/renew_capability'),
        args: { vaultIds: [vaultId] },
        refusal: model.archived ? null : rights.asProvider(party),
        predict: () => (model.archived ? 'done' : rights.renew()),
      }
    case 'withdrawPart':
      return {
        code: readTestCadence('withdraw_amount'),
        args: { vaultId, amount: inFlow(action.amount) },
        refusal: rights.asProviderOfBefore(party),
        predict: () => actedAsProvider(model.withdraw(action.amount, party)),
      }
    case 'receiver':
      return {
        code: readTestCadence('set_receiver'),
        args: { offered: action.offered },
        refusal: null,
        predict: () => world.offerReceiver(party, action.offered),
      }
    case 'payment':
      return {
        code: readTransaction('provider/request_payment'),
        args: { vaultId, amount: inFlow(action.amount) },
        refusal: rights.asProvider(party),
        predict: () => actedAsProvider(model.requestPayment(action.amount)),
      }
    case 'credit':
      return {
        code: readTransaction('provider/grant_credit'),
        args: { vaultId, usd: inUsd(action.usd), reason: 'counted twice' },
        refusal: rights.asProvider(party),
        predict: () => actedAsProvider(model.grantCredit(action.usd)),
      }
    case 'approve': {
      const proposalId = proposalFor(action, model, world.now)?.id ?? NO_PROPOSAL
      return {
        code: action.alone ? readTestCadence('approve_only') : readTransaction('approver/approve'),
        args: { vaultId, proposalId },
        refusal: rights.asApprover(party),
        predict: () => model.approve(proposalId, party, action.alone),
      }
    }
    case 'execute': {
      const proposalId = proposalFor(action, model, world.now)?.id ?? NO_PROPOSAL
      return {
        code: readTestCadence('execute_proposal'),
        args: { vaultId, proposalId },
        refusal: null,
        predict: () => model.execute(proposalId),
      }
    }
    case 'claimVault':
      return {
        code: readTransaction('owner/claim_vault'),
        args: { vaultId },
        refusal: null,
        predict: () => rights.claimVault(party),
      }
    case 'claimSeat':
      return {
        code: readTransaction('approver/claim_seat'),
        args: { vaultId },
        refusal: null,
        predict: () => rights.claimSeat(party),
      }
    case 'leak':
      return {
        code: readTestCadence('give_capability_away'),
        args: { vaultId, owners: action.whose === 'owner', accomplice: arena.signers.stranger.address },
        refusal: null,
        predict: () => rights.leak(action.whose, party),
      }
    case 'archive':
      return {
        code: readTransaction('account/archive_vaults'),
        args: { vaultIds: [vaultId] },
        refusal: null,
        predict: () => model.archive(),
      }
    case 'steal':
      return {
        code: readTestCadence('use_thief_copy'),
        args: { vaultId, owners: action.whose === 'owner', amount: inFlow(action.amount) },
        refusal: rights.asThief(action.whose, party),
        predict: () =>
          action.whose === 'owner' ? model.request(action.amount, true) : model.withdraw(action.amount, party),
      }
  }
}

const ADMINS = ['rate', 'source', 'schedule', 'reappoint', 'registration'] as const
type Admins = About<(typeof ADMINS)[number]>

export const isAdmins = (action: Action): action is Admins => ADMINS.some((kind) => kind === action.kind)

/** What the admin decides for all vaults. */
export function adminsAttempt({ arena, world, party }: Acting, action: Admins): Attempt {
  const as = (name: string, args: Attempt['args'], predict: () => string): Attempt => ({
    code: readTransaction(`admin/${name}`),
    args,
    refusal: party === 'admin' ? null : 'not_admin',
    predict,
  })
  switch (action.kind) {
    case 'rate': {
      const { usdPerFlow: rate, source } = action
      const args = { usdPerFlow: formatUsdPerFlow(usdPerFlow(rate)), source }
      return as('set_rate', args, () => world.setRate(rate, source))
    }
    case 'source': {
      const { name } = action
      if (name === null) return as('remove_rate_source', {}, () => world.removeRateSource())
      return as('name_rate_source', { source: name }, () => world.nameRateSource(name))
    }
    case 'reappoint':
      return as('remove_oracle', { address: arena.signers.oracle.address }, () => world.reappoint())
    case 'registration': {
      const { provider } = action
      const name = world.registered.has(provider) ? 'remove_provider' : 'register_provider'
      return as(name, { address: arena.signers[provider].address }, () => world.toggleRegistration(provider))
    }
    case 'schedule': {
      const effectiveFrom = Array.from({ length: action.inMonths }).reduce<number>(nextPeriod, world.period)
      const list = PRICE_LISTS[action.list % PRICE_LISTS.length] ?? PRICE_LISTS[0]
      const schedule = { ...list, effectiveFrom }
      return as('publish_schedule', scheduleArguments(schedule), () => world.publish(schedule))
    }
  }
}
