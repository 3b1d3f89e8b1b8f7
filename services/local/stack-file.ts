import type { StackContext, Variables } from './parts/context.ts'
import { writeWhole } from './write-file.ts'

/** Says where everything runs, for tests and scripts. No secret is in it. */
export function writeStackFile({ home, ports, supervisor }: StackContext, variables: Variables): void {
  const urls = {
    web: variables['APP_URL'],
    oracle: variables['ORACLE_URL'],
    litellm: variables['LITELLM_URL'],
    flow: variables['FLOW_ACCESS_NODE'],
  }
  const pids = { start: process.pid, ...supervisor.pids() }
  const stack = { urls, ports, pids, contractAddress: variables['FLOW_CONTRACT_ADDRESS'], logs: home.logs }
  writeWhole(home.stackFile, `${JSON.stringify(stack, null, 2)}\n`)
}
