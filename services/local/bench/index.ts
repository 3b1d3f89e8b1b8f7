export { benchChain } from './bench-chain.ts'
export { benchTable } from './table.ts'
