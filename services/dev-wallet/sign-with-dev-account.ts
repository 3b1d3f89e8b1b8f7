import { AppError } from '#lib/errors/app-error.ts'
import { createSigner } from '#services/clients/flow/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { localAccounts } from './local-accounts.ts'
import type { DevSignature, SignInput } from './schemas.ts'

const tag = (text: string): string => Buffer.from(text, 'utf8').toString('hex').padEnd(64, '0')

/** FCL puts the tag before transactions and account proofs itself, and leaves it to the wallet for messages. */
const TAGS = {
  transaction: tag('FLOW-V0.0-transaction'),
  'account-proof': tag('FCL-ACCOUNT-PROOF-V0.0'),
  'user-message': tag('FLOW-V0.0-user'),
} as const

/** Signs as a wallet would, with the local account's key. A message of one kind never passes as another. */
export async function signWithDevAccount(ctx: ServiceContext, input: SignInput): Promise<DevSignature> {
  const account = (await localAccounts(ctx)).find(({ address }) => address === input.address)
  if (!account)
    throw new AppError('not_found', `${input.address} is not one of the local accounts. Nothing was signed.`)
  const expected = TAGS[input.kind]
  const message = input.message.toLowerCase()
  if (input.kind !== 'user-message' && !message.startsWith(expected)) {
    throw new AppError('invalid_request', `This is not the message of a ${input.kind}. Nothing was signed.`)
  }
  const signature = createSigner(account).sign(input.kind === 'user-message' ? expected + message : message)
  return { address: account.address, keyIndex: account.keyIndex, signature }
}
