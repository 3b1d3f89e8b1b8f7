export { purchaseInput, type PurchaseInput } from './schemas.ts'
export { startPurchase, type StartPurchase } from './start-purchase.ts'
export { takeEvent } from './take-event.ts'
