import { MAX_MODELS_PER_PERIOD } from '../metering/model-name.ts'

/** Models that a period's reading names, or may come to name by requests in flight. */
export interface ModelPlaces {
  readonly names: ReadonlySet<string>
  /** Requests in flight that whichever model may answer: each takes a place. */
  readonly unnamed: number
}

/** The places with one more request, which one of `models` answers, or any where null; null when there is no room. */
export function withRequest({ names, unnamed }: ModelPlaces, models: readonly string[] | null): ModelPlaces | null {
  const next = models === null ? { names, unnamed: unnamed + 1 } : { names: new Set([...names, ...models]), unnamed }
  const isMore = next.names.size + next.unnamed > names.size + unnamed
  return isMore && next.names.size + next.unnamed > MAX_MODELS_PER_PERIOD ? null : next
}
