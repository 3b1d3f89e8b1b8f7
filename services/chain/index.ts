export { type ContractSettings, deployContracts, type Deployment } from './deploy-contracts.ts'
export { deployLive, type LiveDeployment } from './deploy-live.ts'
export {
  createLocalAccounts,
  type LocalAccount,
  type LocalAccounts,
  type LocalRole,
  readAccounts,
} from './local-accounts.ts'
export { LOCAL_SETTINGS, type LocalChain, type LocalChainOptions, setUpLocalChain } from './set-up-local-chain.ts'
