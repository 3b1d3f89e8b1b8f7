export { type AutoRefill, getAutoRefill } from './get-auto-refill.ts'
export { planRefills } from './plan-refills.ts'
export { createRefillHandler } from './refill-handler.ts'
export { type RefillOrder, setAutoRefill } from './set-auto-refill.ts'
