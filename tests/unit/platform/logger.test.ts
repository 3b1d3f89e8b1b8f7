import { expect, test } from 'vitest'
import { AppError } from '#lib/errors/app-error.ts'
import { createLogger } from '#services/platform/logger.ts'

const secret = 'canary-with-a-/-and-a-+-in-it'

function capture(): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = []
  const log = createLogger({ level: 'debug', name: 'test', secrets: [secret], write: (line) => lines.push(line) })
  return { lines, log }
}

test('a line is one JSON object with the message and the facts', () => {
  const { lines, log } = capture()
  log.info({ vaultId: '7' }, 'settled')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'test', level: 30, vaultId: '7', msg: 'settled' })
})

test.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
  ['in a message', (log) => log.info(`got ${secret}`)],
  ['in any field', (log) => log.info({ deep: [{ down: { here: secret } }] })],
  ['in an error', (log) => log.error({ err: new Error(`refused ${secret}`) })],
  ['in the cause of an error', (log) => log.error({ err: new Error('x', { cause: new Error(secret) }) })],
  ['in an error of ours', (log) => log.error({ err: new AppError('internal', 'x', { internal: secret }) })],
  ['in an address', (log) => log.info({ url: `http://h/?key=${encodeURIComponent(secret)}` })],
  ['in a child’s fields', (log) => log.child({ who: secret }).warn('x')],
])('a secret never gets out: %s', (_, write) => {
  const { lines, log } = capture()
  write(log)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('[redacted]')
  expect(lines[0]).not.toContain(secret)
  expect(lines[0]).not.toContain(encodeURIComponent(secret))
})

test('fields that hold secrets are hidden whatever is in them, and so is every virtual key', () => {
  const { lines, log } = capture()
  log.info({ headers: { authorization: 'Bearer abc', cookie: 'c=1' }, key: 'made sk-AbCdEfGh12345678 now' })
  expect(lines[0]).not.toMatch(/Bearer abc|c=1|AbCdEfGh/)
})

test('the parameters of a failed query stay out', () => {
  const { lines, log } = capture()
  const failed = Object.assign(new Error('Failed query: insert … params: a customer’s words'), {
    query: 'insert …',
    params: ['a customer’s words'],
    cause: new Error('value too long'),
  })
  log.error({ err: failed }, 'not stored')
  expect(lines[0]).toContain('value too long')
  expect(lines[0]).not.toContain('customer’s words')
})
