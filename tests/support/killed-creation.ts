// A web process that is killed while it makes a key: right before LiteLLM hears of it, or right after it made it.
import { createKey } from '#services/api-keys/index.ts'
import { openContainer } from '#services/platform/container.ts'
import { processEnv } from '#services/platform/env.ts'

const [step, address = '', vaultId = ''] = process.argv.slice(2)
const container = await openContainer(processEnv(), { name: 'killed' })
const ctx = container.contextFor({ kind: 'user', address })

const generateKey: typeof ctx.litellm.generateKey = async (key) => {
  if (step === 'after') await ctx.litellm.generateKey(key)
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
await createKey({ ...ctx, litellm: { ...ctx.litellm, generateKey } }, { vaultId: BigInt(vaultId) })
