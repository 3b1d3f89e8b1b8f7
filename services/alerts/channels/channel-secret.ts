import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'

/**
 * The secret that signs what goes to an account's webhook. It follows from the channel's id and SESSION_SECRET and is
 * stored nowhere: who reads the database can't sign.
 */
export const webhookSecret = ({ env }: Pick<ServiceContext, 'env'>, channelId: string): string =>
  `whsec_${hmacHex(env.app.sessionSecret, `alert-webhook|${channelId}`)}`

/** The word in the mail that confirms an address; like the secret it is stored nowhere, only its hash. */
export const confirmationWord = ({ env }: Pick<ServiceContext, 'env'>, channelId: string, expiresAt: Date): string =>
  hmacHex(env.app.sessionSecret, `alert-confirmation|${channelId}|${expiresAt.getTime()}`)

export const confirmationHash = ({ env }: Pick<ServiceContext, 'env'>, word: string): string =>
  hmacHex(env.app.sessionSecret, `alert-confirmed|${word}`)
