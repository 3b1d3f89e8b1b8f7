import { ensureCadenceCheck, ensureEmulator } from './emulator/index.ts'
import { cacheFolder } from './home.ts'
import { setupLitellm } from './litellm/index.ts'
import { createProgress, terminal } from './progress.ts'
import { ensureRedis } from './redis/index.ts'
import { ensureStripeMock } from './stripe-mock/index.ts'

/** Builds and installs the tools that tests run on, once per machine. */
export async function prepareTests(): Promise<void> {
  const progress = createProgress(terminal())
  const cacheDir = cacheFolder()
  const doingFor = (part: string) => ({ cacheDir, onProgress: (doing: string) => progress.doing(part, doing) })
  const timed = async (part: string, work: Promise<unknown>) => {
    const ready = progress.begin(part)
    await work
    ready('')
  }
  await Promise.all([
    timed('litellm', setupLitellm(doingFor('litellm'))),
    timed('redis', ensureRedis(doingFor('redis'))),
    // One after the other: both are the same Go module, and Go keeps all processors busy.
    timed(
      'emulator',
      ensureEmulator(doingFor('emulator')).then(() => ensureCadenceCheck(doingFor('cadence'))),
    ).then(() => timed('stripe-mock', ensureStripeMock(doingFor('stripe-mock')))),
  ])
}
