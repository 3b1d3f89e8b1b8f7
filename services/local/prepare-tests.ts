import { ensureCadenceCheck, ensureEmulator } from './emulator/index.ts'
import { cacheFolder } from './home.ts'
import { setupLitellm } from './litellm/index.ts'
import { createProgress, terminal } from './progress.ts'

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
    // One after the other: both are the same Go module.
    timed(
      'emulator',
      ensureEmulator(doingFor('emulator')).then(() => ensureCadenceCheck(doingFor('cadence'))),
    ),
  ])
}
