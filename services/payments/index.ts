export { startPurchase } from './start-purchase.ts'
export { takeEvent } from './take-event.ts'
