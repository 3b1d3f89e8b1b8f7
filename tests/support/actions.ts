export const PARTIES = [
  'customer',
  'second',
  'provider',
  'rival',
  'oracle',
  'admin',
  'ann',
  'ben',
  'cem',
  'stranger',
] as const
export type Party = (typeof PARTIES)[number]

/** Slots of vaults that are open; the last slot is a vault that was closed, as soon as there is one. */
export const OPEN_VAULTS = 3

/** What is wrong with a reading's form. */
export const ODDITIES = ['name', 'repeat', 'many', 'root', 'month', 'vault', 'huge'] as const

export interface Increase {
  vault: number
  /** Added to the last sequence number; 0 repeats it, -1 goes back. */
  step: bigint
  /** The running month is 0, the one before -1. */
  month: number
  model: string
  tokens: bigint
  /** Added to the number of events. */
  events: bigint
  odd: (typeof ODDITIES)[number] | null
}

export type TimeGoal = 'now' | 'turn' | 'monthEnd' | 'graceEnd'

export interface RandomPolicy {
  approvers: Party[]
  required: number
  threshold: bigint | null
}

/** Amounts are in units of 1e-8. `fit`: the act is tried at the next open vault where it makes sense. */
export type Doing =
  | { kind: 'readings'; increases: Increase[]; ownKey: boolean }
  | { kind: 'deposit'; vault: number; amount: bigint }
  | { kind: 'withdraw'; vault: number }
  | { kind: 'withdrawPart'; vault: number; amount: bigint; fit: boolean }
  | { kind: 'automatic'; vault: number; enabled: boolean }
  | { kind: 'cap'; vault: number; amount: bigint | null }
  | { kind: 'expiry'; vault: number; inSeconds: number | null }
  | { kind: 'pause'; vault: number; fit: boolean }
  | { kind: 'resume'; vault: number; fit: boolean }
  | { kind: 'reminder'; vault: number; amount: bigint | null }
  | { kind: 'request'; vault: number; amount: bigint | null; fit: boolean }
  | { kind: 'cancel'; vault: number; fit: boolean }
  | { kind: 'takeBack'; vault: number; fit: boolean }
  | { kind: 'approvers'; vault: number; policy: RandomPolicy | null }
  | { kind: 'payment'; vault: number; amount: bigint; fit: boolean }
  /** In units of 1e-8 USD. */
  | { kind: 'credit'; vault: number; usd: bigint }
  | { kind: 'renew'; vault: number }
  | { kind: 'approve'; vault: number; nth: number; alone: boolean; fit: boolean }
  | { kind: 'execute'; vault: number; nth: number; fit: boolean }
  | { kind: 'receiver'; vault: number; offered: boolean }
  | { kind: 'transfer'; vault: number; to: Party }
  | { kind: 'claimVault'; vault: number; fit: boolean }
  | { kind: 'claimSeat'; vault: number; fit: boolean }
  | { kind: 'leak'; vault: number; whose: 'owner' | 'provider' }
  | { kind: 'steal'; vault: number; whose: 'owner' | 'provider'; amount: bigint; fit: boolean }
  | { kind: 'archive'; vault: number; fit: boolean }
  | { kind: 'rate'; usdPerFlow: bigint; source: string }
  /** Null: rates are taken from no source. */
  | { kind: 'source'; name: string | null }
  | { kind: 'reappoint' }
  | { kind: 'registration'; provider: 'provider' | 'rival' }
  | { kind: 'schedule'; list: number; inMonths: number }
  | { kind: 'time'; goal: TimeGoal; nth: number; plus: number }

/** Null: the party whose act it is. */
export type Action = Doing & { by: Party | null }

export const KINDS: ReadonlyArray<Action['kind']> = [
  ...([
    'readings',
    'deposit',
    'withdraw',
    'withdrawPart',
    'receiver',
    'automatic',
    'cap',
    'expiry',
    'pause',
    'resume',
  ] as const),
  ...(['reminder', 'request', 'cancel', 'takeBack', 'approvers', 'payment', 'credit', 'approve', 'execute'] as const),
  ...([
    'transfer',
    'renew',
    'claimVault',
    'claimSeat',
    'leak',
    'steal',
    'archive',
    'rate',
    'source',
    'schedule',
    'reappoint',
    'registration',
  ] as const),
  'time',
]

/** Actions as text that `readActions` reads again, one a line. */
export const writeActions = (actions: readonly Action[]): string =>
  actions
    .map((each) => JSON.stringify(each, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)))
    .join('\n')

export const readActions = (text: string): Action[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): Action =>
      JSON.parse(line, (_key, value: unknown) =>
        typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
      ),
    )
