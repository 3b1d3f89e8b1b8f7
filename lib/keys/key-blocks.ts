/** Why a key must not be used, most final first. */
export const keyBlockReasons = [
  'transferred',
  'closed',
  'closing',
  'expired',
  'paused',
  'unfunded',
  'capped',
  'limit',
  'operator',
] as const

export type KeyBlockReason = (typeof keyBlockReasons)[number]

interface BlockWords {
  /** What stands in the way. */
  readonly fact: string
  /** What the owner can do about it. */
  readonly remedy: string
}

const words: Readonly<Record<KeyBlockReason, BlockWords>> = {
  transferred: {
    fact: 'The subscription has a new owner, and this key was made for the one before.',
    remedy: 'Make a new key.',
  },
  closed: { fact: 'The subscription is closed.', remedy: 'Open a new subscription.' },
  closing: { fact: 'The subscription is being closed.', remedy: 'Cancel the closing to use the key.' },
  expired: {
    fact: "The provider's right to be paid ends, or has ended.",
    remedy: 'Set a later end to use the key.',
  },
  paused: { fact: 'The subscription is paused.', remedy: 'Resume it to use the key.' },
  unfunded: {
    fact: 'What is left in the subscription no longer covers a minute of use.',
    remedy: 'Deposit FLOW to use the key.',
  },
  capped: {
    fact: 'This month is at its cap, or a minute of use short of it.',
    remedy: 'Raise the cap, or wait for the next month.',
  },
  limit: { fact: 'A spending limit is reached.', remedy: 'Raise the limit, or wait until it starts anew.' },
  operator: { fact: 'The operator blocked this key.', remedy: 'Ask the operator why.' },
}

/** What stands in the key's way, in one sentence. */
export const keyBlockFact = (reason: KeyBlockReason): string => words[reason].fact

/** What stands in the key's way and what to do about it. */
export const keyBlockSentence = (reason: KeyBlockReason): string => `${words[reason].fact} ${words[reason].remedy}`

/** Of several reasons, the one to speak of first; null when there is none. */
export function gravestBlock(reasons: readonly KeyBlockReason[]): KeyBlockReason | null {
  return keyBlockReasons.find((reason) => reasons.includes(reason)) ?? null
}
