export { getReports } from './get-reports.ts'
export { listVaultIds } from './list-vault-ids.ts'
