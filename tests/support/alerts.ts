import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import {
  addressHandler,
  confirmationHandler,
  createDeliveryHandlers,
  type NewAlert,
  OPERATOR,
} from '#services/alerts/index.ts'
import type { ChainClient } from '#services/clients/flow/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { dispatchOutbox, type OutboxHandler } from '#services/platform/outbox/dispatch.ts'

export const ANN = '0x01cf0e2f2f715450'
export const BEN = '0x179b6b1cb6755e31'
export const OPERATOR_ADDRESS = '0xf8d6e0586b0a20c7'

/** As much of a chain as alerts need: who owns which vault, and who is the admin. It can be away. */
export function ownersChain(owners: Readonly<Record<string, string>>) {
  const state = { isAway: false }
  const script = (name: string, args: { ids?: bigint[]; id?: bigint; address?: string; owner?: string }) => {
    if (state.isAway) return Promise.reject(new Error('the chain does not answer'))
    const report = (id: string) => ({ id: BigInt(id), owner: owners[id], provider: BEN })
    const all: Record<string, () => unknown> = {
      get_vaults: () => {
        const known = (args.ids ?? []).map(String).filter((id) => id in owners)
        return { reports: known.map(report), unreadable: [] }
      },
      get_vault: () => (String(args.id) in owners ? report(String(args.id)) : null),
      get_vault_ids_by_owner: () =>
        Object.keys(owners)
          .filter((id) => owners[id] === args.owner)
          .map(BigInt),
      get_schedule: () => DEFAULT_SCHEDULE,
      get_roles: () => ({ admin: args.address === OPERATOR_ADDRESS, oracle: false, provider: false }),
    }
    const answer = all[name]
    if (!answer) throw new Error(`This chain has no script ${name}.`)
    return Promise.resolve(answer())
  }
  return Object.assign(state, { chain: { script, network: 'emulator' } as object as ChainClient })
}

export const asUser = (ctx: ServiceContext, address: string): ServiceContext =>
  withActor(ctx, { kind: 'user', address })

let counter = 0

export const someAlert = (more: Partial<NewAlert> = {}): NewAlert => {
  counter += 1
  return {
    kind: 'limit_reached',
    severity: 'warning',
    to: 'owner',
    account: 'vault:7',
    dedupe: `test:${counter}`,
    sentence: 'Half of the limit is used. Look at it.',
    data: { percent: 50 },
    ...more,
  }
}
export const operatorAlert = (more: Partial<NewAlert> = {}): NewAlert =>
  someAlert({ kind: 'dead_letters', to: OPERATOR, account: null, ...more })

/** Does the work of all loops of alerts until nothing is due; returns how many messages were worked on. */
export async function deliverAll(ctx: ServiceContext, handlers = alertHandlers()): Promise<number> {
  let all = 0
  for (;;) {
    let claimed = 0
    for (const handler of handlers) claimed += await dispatchOutbox(ctx, handler)
    all += claimed
    if (claimed === 0) return all
  }
}

export const alertHandlers = (onDelivered?: () => void): OutboxHandler[] => [
  addressHandler,
  confirmationHandler,
  ...createDeliveryHandlers(onDelivered),
]
