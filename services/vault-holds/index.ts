export { createVaultHoldWriter, type VaultHoldWriter } from './hold-writer.ts'
export { type HoldAnswer, holdRequest, requestHold } from './request-hold.ts'
export { sweepVaultHolds } from './sweep-holds.ts'
