export { acknowledgeKey } from './acknowledge-key.ts'
export { addKeyBlock } from './add-key-block.ts'
export { createKey, type CreateKeyInput, type KeyAssessment } from './create-key.ts'
export { ensureByokName } from './ensure-byok-name.ts'
export { createUpstreamKeys, type UpstreamKeys, upstreamKeyOf } from './ensure-upstream-key.ts'
export { findCallingKey } from './find-calling-key.ts'
export { enforceKey } from './enforce-key.ts'
export {
  findKeyMasks,
  findKeyOwners,
  findKeyPayers,
  type KeyPayer,
  getKeyForVault,
  getKeysForVaults,
} from './get-keys.ts'
export { keyStateHandler } from './key-state-handler.ts'
export { liftKeyBlock } from './lift-key-block.ts'
export { type GuardedKey, listGuardedKeys } from './list-guarded-keys.ts'
export { type CompareKey, createKeyReconciler } from './reconcile-keys.ts'
export { type CreatedKey, createdKeyView, type KeyView, keyView } from './schemas.ts'
export { setKeyBudget } from './set-key-budget.ts'
