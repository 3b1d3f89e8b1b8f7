import { type Logger as PinoLogger, pino, stdSerializers } from 'pino'

export type Logger = PinoLogger

/** Fields that hold secrets wherever they stand, up to three levels deep. */
const SECRET_FIELDS = ['authorization', 'cookie', 'secret', 'password', 'privateKey', 'masterKey', 'apiKey', 'token']
const REDACTED = '[redacted]'

const secretPaths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`])

/** Keys of this gateway, of LiteLLM and of providers, wherever one turns up in a text. */
const KEY = /\b(?:sk-|gsk_|hf_)[A-Za-z0-9_-]{8,}/g

export interface LoggerSettings {
  readonly level: string
  /** Name of the process. */
  readonly name: string
  /** Values that never appear in the output, whatever field they come in. */
  readonly secrets: readonly string[]
  /** Where lines go; standard output if absent. */
  readonly write?: (line: string) => void
}

/** A query that failed carries its parameters in its message: what customers sent. Its cause says what was wrong. */
function serializeError(error: Error): unknown {
  const root = 'query' in error && 'params' in error && error.cause instanceof Error ? error.cause : error
  return stdSerializers.err(root)
}

/** A JSON logger that removes secrets by the name of their field, and by value from the finished line. */
export function createLogger({ level, name, secrets, write }: LoggerSettings): Logger {
  // A short value would also cut through ordinary words.
  const values = secrets
    .filter((secret) => secret.length >= 8)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
  const clean = (line: string): string =>
    values.reduce((text, value) => text.replaceAll(value, REDACTED), line).replace(KEY, REDACTED)
  const options = {
    level,
    name,
    redact: { paths: secretPaths, censor: REDACTED },
    serializers: { err: serializeError },
    hooks: { streamWrite: clean },
  }
  return write ? pino(options, { write }) : pino(options, pino.destination({ dest: 1, sync: true }))
}
