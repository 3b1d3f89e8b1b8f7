export { getSettlements, type LastReading, type VaultSettlement } from './get-settlements.ts'
export { planReadings } from './plan-readings.ts'
export { createReadingHandler } from './reading-handler.ts'
export type { OnStep, SettlementStep } from './schemas.ts'
