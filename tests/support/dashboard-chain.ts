import { readFileSync } from 'node:fs'
import type { LocalAccounts } from '#services/chain/index.ts'
import { openHome } from '#services/local/home.ts'
import { type ChainWorld, openChainWorld } from './chain-world.ts'

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T

/** The chain of the stack that runs on a state folder. */
export function openDashboardChain(folder: string): Promise<ChainWorld> {
  const { accountsFile, stackFile } = openHome(folder)
  const { urls, contractAddress } = read<{ urls: { flow: string }; contractAddress: string }>(stackFile)
  const { accounts } = read<{ accounts: { name: keyof LocalAccounts }[] }>(accountsFile)
  const byName = Object.fromEntries(accounts.map((account) => [account.name, account])) as object as LocalAccounts
  return openChainWorld({ accessNode: urls.flow, contractAddress, accountsFile, accounts: byName })
}
