import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { MasterKeys } from '#services/platform/crypto/seal.ts'

/** The master keys, or `not_configured`: without them nobody can bring a key. */
export function requireMasterKeys({ env }: Pick<ServiceContext, 'env'>): MasterKeys {
  if (env.byok.masterKeys) return env.byok.masterKeys
  throw new AppError('not_configured', 'Own keys are not set up here. The operator sets BYOK_ENCRYPTION_KEY.')
}

/** What a sealed key is bound to: nobody can move it to another account or provider. */
export const sealContext = ({ accountId, provider }: { accountId: string; provider: string }): string =>
  `byok|${accountId}|${provider}`
