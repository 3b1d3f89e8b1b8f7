export { getApprovals } from './get-approvals.ts'
export { getPublicConfig } from './get-public-config.ts'
export { getStorage } from './get-storage.ts'
export { getVault } from './get-vault.ts'
export { listApprovals } from './list-approvals.ts'
export { listModels } from './list-models.ts'
export { listMyVaults } from './list-my-vaults.ts'
export {
  approvalListView,
  modelListView,
  providerSummaryView,
  publicConfigView,
  storageView,
  vaultApprovalsView,
  vaultListView,
  vaultView,
} from './schemas.ts'
export { summarizeProvider } from './summarize-provider.ts'
