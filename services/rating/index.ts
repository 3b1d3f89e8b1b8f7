export { costTableCommand } from './cost-table-command.ts'
export { discardDraft } from './discard-draft.ts'
export { draftCostTable } from './draft-cost-table.ts'
export { getCostTable, getCostTables } from './get-cost-tables.ts'
export { importCostTable } from './import-cost-table.ts'
export { previewRerating } from './preview-rerating.ts'
export { publishCostTable } from './publish-cost-table.ts'
export {
  costTableDetailView,
  costTableInput,
  costTableView,
  importedTableView,
  importInput,
  previewView,
  publishInput,
} from './schemas.ts'
export { rateUsage } from './usage/rate-usage.ts'
export type { RatedRow, UnratedUsage, UsageBucket, UsageGroup } from './usage/schemas.ts'
