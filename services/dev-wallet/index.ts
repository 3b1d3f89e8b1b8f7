export { listDevAccounts } from './list-dev-accounts.ts'
export { devAccountListView, devSignatureView, signInput } from './schemas.ts'
export { signWithDevAccount } from './sign-with-dev-account.ts'
