import { expect, test } from 'vitest'
import { inParts } from '#services/platform/in-parts.ts'
import { createLogger } from '#services/platform/logger.ts'
import { getReports } from '#services/vaults/index.ts'
import { tellVaults } from '#tests/support/told-vaults.ts'

const log = createLogger({ level: 'silent', name: 'test', secrets: [] })

test('a list of any length is read 100 vaults at a time, each once and in its order', async () => {
  const told = tellVaults()
  const ids = Array.from({ length: 250 }, (_, i) => BigInt(i + 1))
  for (const id of ids) told.tell(id, 100n)
  const sizes: number[] = []
  const script: typeof told.chain.script = (name, args) => {
    sizes.push((args as { ids: bigint[] }).ids.length)
    return told.chain.script(name, args)
  }
  const reports = await getReports({ chain: { ...told.chain, script }, log }, ids)
  expect(reports.map(({ id }) => id)).toEqual(ids)
  expect(sizes).toEqual([100, 100, 50])
})

test('of many items only some are worked on at the same time', async () => {
  let [underWay, most] = [0, 0]
  const slow = async (item: number): Promise<number> => {
    most = Math.max(most, ++underWay)
    await Promise.resolve()
    underWay -= 1
    return item * 2
  }
  const items = Array.from({ length: 10 }, (_, i) => i)
  expect(await inParts(items, 4, (part) => Promise.all(part.map(slow)))).toEqual(items.map((item) => item * 2))
  expect(most).toBe(4)
})
