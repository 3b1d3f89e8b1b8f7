import { AppError } from '../errors/app-error.ts'

const MODEL_NAME = /^[A-Za-z0-9._:/@-]{1,128}$/

/** Models that one reading may name, at most. */
export const MAX_MODELS_PER_PERIOD = 32

/** Lower-cases A–Z alone: Unicode case rules differ between languages, and Cadence must agree. */
export const lowerCaseAscii = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))

/** LiteLLM's configured name in the form that is priced (ASCII lower case), or null if it can't be a model's name. */
export const normalizeModelName = (name: string): string | null => (MODEL_NAME.test(name) ? lowerCaseAscii(name) : null)

/** The same of a name that a caller gave. Throws `model_name_invalid`. */
export function requireNamedModel(name: string): string {
  const model = normalizeModelName(name)
  if (model !== null) return model
  throw invalidModelName()
}

export const invalidModelName = (): AppError =>
  new AppError('model_name_invalid', 'A model of this name could not be billed. Name one of GET /models.')
