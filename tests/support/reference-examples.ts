import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { CodeSample } from '#lib/openapi/documented-route.ts'
import { cacheFolder, projectRoot } from '#services/local/home.ts'
import { setupLitellm } from '#services/local/litellm/index.ts'

const LIMIT_MS = 60_000

/** Python with the official OpenAI package and requests: LiteLLM's own environment has both. */
const findPython = async (): Promise<string> => (await setupLitellm({ cacheDir: cacheFolder() })).python

/** Runs a sample of the reference as it is printed; answers with what it prints. */
export async function runSample({ label, source }: CodeSample, variables: Record<string, string>): Promise<string> {
  const [command, args] =
    label === 'curl'
      ? ['sh', ['-c', source]]
      : label === 'Python'
        ? [await findPython(), ['-c', source]]
        : [process.execPath, ['--input-type=module', '-e', source]]
  const env = { ...process.env, ...variables }
  const { stdout } = await promisify(execFile)(command, args, { cwd: projectRoot, env, timeout: LIMIT_MS })
  return stdout
}
