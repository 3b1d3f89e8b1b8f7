export { getFlowPayment } from './get-flow-payment.ts'
export { topupsCommand } from './topups-command.ts'
export { listTopups } from './list-topups.ts'
export { watchTopups } from './watch-topups.ts'
