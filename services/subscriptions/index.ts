export { getPublicConfig } from './get-public-config.ts'
export { getVault } from './get-vault.ts'
export { listModels } from './list-models.ts'
export { listMyVaults } from './list-my-vaults.ts'
export {
  modelListView,
  providerSummaryView,
  type PublicConfig,
  publicConfigView,
  vaultListView,
  vaultView,
} from './schemas.ts'
export { summarizeProvider } from './summarize-provider.ts'
