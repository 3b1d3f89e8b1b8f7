export { changeAccount } from './change-account.ts'
export { enterAccount } from './enter-account.ts'
export { forgetVisitors } from './forget-visitors.ts'
