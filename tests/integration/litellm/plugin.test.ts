import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { cacheFolder, projectRoot } from '#services/local/home.ts'
import { setupLitellm } from '#services/local/litellm/index.ts'

test('the Python tests of the LiteLLM plug-in pass', { timeout: 300_000 }, async () => {
  const { python } = await setupLitellm({ cacheDir: cacheFolder() })
  const args = ['-m', 'unittest', 'discover', '--start-directory', 'deploy/litellm']
  const env = { ...process.env, LITELLM_LOCAL_MODEL_COST_MAP: 'True', PYTHONDONTWRITEBYTECODE: '1' }
  const { stderr } = await promisify(execFile)(python, args, { cwd: projectRoot, env, maxBuffer: 10_000_000 })
  const [, count] = /Ran (\d+) tests in .*\n\nOK/.exec(stderr) ?? []
  expect(Number(count)).toBeGreaterThan(20)
})
