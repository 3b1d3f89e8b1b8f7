// npm run rollups:rebuild [-- 202611 …]: adds every event up again; ends with 1 if a rollup was wrong.
import { isPeriod } from '#lib/period/period.ts'
import { rebuildRollups } from '#services/metering/index.ts'
import { openContainer } from '#services/platform/container.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'

const months = process.argv.slice(2).map((text) => Number.parseInt(text, 10))
if (!months.every(isPeriod)) {
  console.error('Give months as YYYYMM, for example 202611; or none for all of them.')
  process.exit(2)
}
const container = await openContainer(commandEnvironment(), { name: 'rebuild-rollups' })
const ctx = container.contextFor({ kind: 'system', job: 'rebuild-rollups' })
try {
  for (const month of months.length > 0 ? months : [null]) {
    const { periods, dropped, cells, differing, missing } = await rebuildRollups(ctx, month)
    console.log(
      `${month ?? 'All months'}: ${periods} periods of vaults, ${cells} cells, ${differing} of them differed.`,
    )
    if (dropped > 0) console.log(`${dropped} periods are not kept any more: their rollups stay as they are.`)
    if (differing === 0) continue
    process.exitCode = 1
    for (const [measure, count] of Object.entries(missing))
      if (count !== 0n) console.log(`  ${measure}: ${count} added`)
  }
} finally {
  await container.close()
}
