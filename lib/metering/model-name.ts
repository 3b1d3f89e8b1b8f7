const MODEL_NAME = /^[A-Za-z0-9._:/@-]{1,128}$/

/** Models that one reading may name, at most. */
export const MAX_MODELS_PER_PERIOD = 32

/** LiteLLM's configured name in the form that is priced (ASCII lower case), or null if it can't be a model's name. */
export function normalizeModelName(name: string): string | null {
  if (!MODEL_NAME.test(name)) return null
  // Only A–Z: Unicode case rules differ between languages, and Cadence must agree.
  return name.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))
}
