import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#services/local/home.ts'

/** Contract to code to the reason for which no test reaches it. */
export type Explanations = ReadonlyMap<string, ReadonlyMap<string, string>>

const readReadme = (): string => readFileSync(join(projectRoot, 'cadence/README.md'), 'utf8')

/**
 * The rows of the README's table of code that no test reaches: | `Contract` | `code` | reason |. Code is a line as it
 * stands in the contract, without its indentation.
 */
export function readExplanations(readme = readReadme()): Explanations {
  const explanations = new Map<string, Map<string, string>>()
  for (const [, contract = '', code = '', reason = ''] of readme.matchAll(/^\| `(\w+)` \| `(.+)` \| ([^|`]+) \|$/gm)) {
    const ofContract = explanations.get(contract) ?? new Map<string, string>()
    explanations.set(contract, ofContract.set(code, reason))
  }
  return explanations
}

/** Explanations of code that is covered, or that is there no more. */
export function staleExplanations(
  explanations: Explanations,
  missed: (contract: string) => readonly string[],
): string[] {
  return [...explanations].flatMap(([contract, reasons]) => {
    const stale = [...reasons.keys()].filter((code) => !missed(contract).includes(code))
    return stale.map((code) => `cadence/README.md explains what is covered, or gone: ${contract}, ${code}`)
  })
}

/** A line of a contract without its indentation. */
export const codeAt = (source: string, line: number): string => source.split('\n')[line - 1]?.trim() ?? ''
