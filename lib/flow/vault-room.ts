import type { ScriptResult } from './script-results.ts'

type Storage = Pick<ScriptResult<'get_storage'>, 'used' | 'capacity' | 'reserve' | 'nextVault'>

/** For how many more vaults an account has room beside what is kept free in it. */
export function vaultRoom({ used, capacity, reserve, nextVault }: Storage): bigint {
  const free = capacity - used - reserve
  return nextVault > 0n && free > 0n ? free / nextVault : 0n
}
