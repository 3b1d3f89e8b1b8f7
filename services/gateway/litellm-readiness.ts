import type { ServiceContext } from '#services/platform/context.ts'

/** Whether LiteLLM can answer. */
export type LitellmReadiness = () => Promise<boolean>

const KEPT_MS = 1_000

/** Anybody may ask how the gateway is: LiteLLM itself is asked once at a time, and not again for a second. */
export function createLitellmReadiness({ litellm }: Pick<ServiceContext, 'litellm'>): LitellmReadiness {
  let asking: Promise<boolean> | null = null
  let keptUntil = Number.POSITIVE_INFINITY

  async function ask(): Promise<boolean> {
    keptUntil = Number.POSITIVE_INFINITY
    const isReady = await litellm.readiness().then(
      ({ ready }) => ready,
      () => false,
    )
    keptUntil = performance.now() + KEPT_MS
    return isReady
  }

  return () => {
    if (asking === null || performance.now() >= keptUntil) asking = ask()
    return asking
  }
}
