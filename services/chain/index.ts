export { deployContracts, type Deployment } from './deploy-contracts.ts'
export { deployLive } from './deploy-live.ts'
export { createLocalAccounts, type LocalAccounts } from './local-accounts.ts'
export { LOCAL_SETTINGS, setUpLocalChain } from './set-up-local-chain.ts'
