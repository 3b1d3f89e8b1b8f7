import { describeApi } from './describe-api.ts'

const BEGIN = '<!-- errors: written by npm run generate:openapi -->'
const END = '<!-- end of errors -->'

/** The one code that is no error of ours: its status is what the model, or LiteLLM, answered. */
const PASSED_ON =
  '| `upstream_error` | the model’s | as the status and Retry-After say | Read the message: the model refused or failed, and nothing was charged. |'

function errorTable(): string {
  const rows = Object.entries(describeApi()['x-errors']).map(
    ([code, { status, retryable, remedy }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'after Retry-After' : 'no'} | ${remedy} |`,
  )
  return ['| code | status | try again | what to do |', '|---|---|---|---|', ...rows, PASSED_ON].join('\n')
}

/** A guide with its table of error codes as the routes have them now. */
export function withErrorTable(guide: string): string {
  const [begin, end] = [guide.indexOf(BEGIN), guide.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error('The guide has no place for the table of errors.')
  return `${guide.slice(0, begin + BEGIN.length)}\n${errorTable()}\n${guide.slice(end)}`
}
