// npm test: tools, check and all levels of tests; ends with one line that counts passed and failed.
import { AppError } from '#lib/errors/app-error.ts'
import { prepareTests } from '#services/local/prepare-tests.ts'
import { runTests } from '#services/local/run-tests.ts'

const given = process.argv.slice(2)
const args = given.filter((arg) => arg !== '--long')

try {
  await prepareTests()
  process.exitCode = await runTests({ long: given.includes('--long'), args })
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
