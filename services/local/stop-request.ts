import { Socket } from 'node:net'

export interface StopRequest {
  /** Resolves at the first wish to stop. */
  readonly asked: Promise<string>
  /** Resolves at the second Ctrl-C. */
  readonly insisted: Promise<void>
}

/** npm passes on the Ctrl-C that the terminal has sent to everybody, so one keypress arrives several times. */
const sameKeypressMs = 700

/** Listens for every way of being told to stop: Ctrl-C, a signal, the end of the terminal, the death of npm. */
export function listenForStop(): StopRequest {
  const asked = Promise.withResolvers<string>()
  const insisted = Promise.withResolvers<void>()
  let first: number | null = null
  function ask(why: string): void {
    if (first === null) {
      first = performance.now()
      asked.resolve(why)
    } else if (why === 'SIGINT' && performance.now() - first > sameKeypressMs) insisted.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal))
  watchLifeline(() => ask('the process that started it is gone'))
  return { asked: asked.promise, insisted: insisted.promise }
}

/** The launcher holds the other end of this descriptor; it closes when the launcher ends in any way. */
function watchLifeline(gone: () => void): void {
  const descriptor = process.env.FLAREFLOW_LIFELINE
  if (!descriptor) return
  delete process.env.FLAREFLOW_LIFELINE
  const lifeline = new Socket({ fd: Number(descriptor), readable: true, writable: false })
  lifeline.on('close', gone)
  lifeline.on('error', () => {})
  lifeline.resume()
  lifeline.unref()
}
