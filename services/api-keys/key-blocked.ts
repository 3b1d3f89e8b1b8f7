import { AppError } from '#lib/errors/app-error.ts'
import { gravestBlock, type KeyBlockReason, keyBlockSentence } from '#lib/keys/key-blocks.ts'

/** The refusal of a new key, with what to do about the gravest of the reasons; there is at least one. */
export function keyBlocked(reasons: readonly KeyBlockReason[]): AppError {
  const gravest = gravestBlock(reasons)
  const sentence = gravest ? keyBlockSentence(gravest) : 'Try again in a moment.'
  return new AppError('key_blocked', `No key was made. ${sentence}`, { details: { reasons } })
}
