import { AppError } from '#lib/errors/app-error.ts'
import type { Actor } from '#services/platform/context.ts'

/** The signed-in user's address, or `session_required`. */
export function requireUser(actor: Actor): string {
  if (actor.kind === 'user') return actor.address
  throw new AppError('session_required', 'Connect your wallet first.')
}

/** What a vault's report says about who it belongs to. */
export interface VaultParties {
  owner: string
  provider: string
}

const notYours = (internal: string) =>
  new AppError('not_permitted', 'This subscription belongs to another account. Nothing was changed.', { internal })

/** Only the vault's owner, as the chain names them. */
export function requireOwner(actor: Actor, vault: VaultParties): string {
  const address = requireUser(actor)
  if (vault.owner === address) return address
  throw notYours(`${address} is not the owner ${vault.owner}`)
}

/** Only the two parties of a vault: its owner and its provider. */
export function requireParty(actor: Actor, vault: VaultParties): string {
  const address = requireUser(actor)
  if (vault.owner === address || vault.provider === address) return address
  throw notYours(`${address} is neither owner ${vault.owner} nor provider ${vault.provider}`)
}

/** Only the product's own jobs: no user may ask for it. */
export function requireSystem(actor: Actor): void {
  if (actor.kind === 'system') return
  throw new AppError('not_permitted', 'Only the system itself does this.')
}
