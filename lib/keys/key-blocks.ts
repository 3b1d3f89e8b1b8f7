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

const sentences: Readonly<Record<KeyBlockReason, string>> = {
  transferred: 'The subscription has a new owner, and this key was made for the one before. Make a new key.',
  closed: 'The subscription is closed. Open a new subscription.',
  closing: 'The subscription is being closed. Cancel the closing to use the key.',
  expired: "The provider's right to be paid has ended. Set a later date to use the key.",
  paused: 'The subscription is paused. Resume it to use the key.',
  unfunded: 'What is left in the subscription no longer covers a minute of use. Deposit FLOW to use the key.',
  capped: 'This month is at its cap, or a minute of use short of it. Raise the cap, or wait for the next month.',
  limit: 'A spending limit is reached. Raise the limit, or wait until it starts anew.',
  operator: 'The operator blocked this key. Ask the operator why.',
}

/** What stands in the key's way and what to do about it, in one or two sentences. */
export const keyBlockSentence = (reason: KeyBlockReason): string => sentences[reason]

/** Of several reasons, the one to speak of first; null when there is none. */
export function gravestBlock(reasons: readonly KeyBlockReason[]): KeyBlockReason | null {
  return keyBlockReasons.find((reason) => reasons.includes(reason)) ?? null
}
