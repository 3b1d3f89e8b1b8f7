import { baseContext } from '#app/_http/container.ts'
import type { StorageReport } from '#hooks/api-types.ts'
import { getStorage } from '#services/subscriptions/index.ts'

/** How full the contracts' account is. */
export const readStorage = async (): Promise<StorageReport> => getStorage(await baseContext())
