export { deleteKey } from './delete-key.ts'
export { listKeys } from './list-keys.ts'
export { openKey } from './open-key.ts'
export { rewrapKeys } from './rewrap-keys.ts'
export {
  keyProviderId,
  type OpenedKey,
  type ProviderKeyInput,
  providerKeyInput,
  type ProviderKeyView,
} from './schemas.ts'
export { storeKey } from './store-key.ts'
export { toggleKey } from './toggle-key.ts'
