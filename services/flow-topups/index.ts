export { getFlowPayment } from './get-flow-payment.ts'
export { listTopups } from './list-topups.ts'
export { watchTopups } from './watch-topups.ts'
