/** How often a property is tried: more in the long version of the tests. The seed of a failure is printed. */
export const runs = (numRuns = 300): { numRuns: number } => ({
  numRuns: process.env['TEST_LONG'] ? numRuns * 50 : numRuns,
})
