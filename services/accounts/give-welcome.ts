import { networkGroup } from '#lib/accounts/network-group.ts'
import { normalEmail } from '#lib/accounts/normal-email.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { dayName } from '#lib/period/day-name.ts'
import { grantCredits } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex, sha256Hex } from '#services/platform/crypto/hash.ts'
import type { Visitor } from './enter-account.ts'
import {
  countGiven,
  findWelcome,
  insertWelcome,
  isEmailWelcomed,
  lockWelcomes,
  sumGiven,
  type WelcomeRow,
} from './store.ts'

const DAY_MS = 86_400_000

interface Ask {
  readonly day: string
  readonly addressHash: string
  /** Null: no address that could be welcomed. */
  readonly emailHash: string | null
  readonly isWallet: boolean
  readonly amount: Usd
}

/**
 * Decides a new account's welcome, once and for good. Whoever opens many accounts meets three fences: the day's budget,
 * one grant a network address and day, one a verified e-mail address ever.
 */
export async function giveWelcome(tx: ServiceContext, accountId: string, visitor: Visitor): Promise<void> {
  await lockWelcomes(tx.db)
  if (await findWelcome(tx.db, accountId)) return
  const { amount, days } = tx.env.welcome
  const ask = describe(tx, visitor)
  const outcome = await decide(tx, ask)
  const { day, addressHash } = ask
  const isGiven = outcome === 'given'
  const createdAt = tx.clock()
  const emailHash = isGiven ? ask.emailHash : null
  await insertWelcome(tx.db, {
    accountId,
    outcome,
    amount: isGiven ? amount : 0n,
    day,
    addressHash,
    emailHash,
    createdAt,
  })
  if (!isGiven) return
  const expiresAt = new Date(createdAt.getTime() + days * DAY_MS)
  await grantCredits(tx, {
    grantId: `welcome:${accountId}`,
    accountId,
    amount,
    expiresAt,
    facts: { reason: 'welcome' },
  })
}

function describe(tx: ServiceContext, { subject, networkAddress, verifiedEmail }: Visitor): Ask {
  const day = dayName(tx.clock())
  // Those whose address nobody can say share one: better one grant too few than one for each header that is made up.
  const from = (networkAddress && networkGroup(networkAddress)) ?? 'unknown'
  const email = verifiedEmail === null ? null : normalEmail(verifiedEmail)
  return {
    day,
    addressHash: hmacHex(tx.env.app.sessionSecret, `welcome|${day}|${from}`),
    emailHash: email === null ? null : sha256Hex(`welcome|${email}`),
    isWallet: subject.startsWith('flow:'),
    amount: tx.env.welcome.amount,
  }
}

async function decide(tx: ServiceContext, ask: Ask): Promise<WelcomeRow['outcome']> {
  const { day, addressHash, emailHash, isWallet, amount } = ask
  const { budget, perAddress } = tx.env.welcome
  if (amount === 0n) return 'off'
  if (emailHash === null && !isWallet) return 'unverified'
  if (emailHash !== null && (await isEmailWelcomed(tx.db, emailHash))) return 'email'
  if ((await countGiven(tx.db, day, addressHash)) >= perAddress) return 'address'
  return usd((await sumGiven(tx.db, day)) + amount) > budget ? 'budget' : 'given'
}
