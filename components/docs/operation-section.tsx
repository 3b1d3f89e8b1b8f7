import { clsx } from 'clsx'
import type { Operation } from '#lib/openapi/build-document.ts'
import { fieldsOf, typeInWords } from '#lib/openapi/json-schema.ts'
import { Code } from './code.tsx'
import { FieldTable, type FieldRow } from './field-table.tsx'

interface OperationSectionProps {
  method: string
  path: string
  operation: Operation
}

const AUTH_WORDS: Readonly<Record<string, string>> = {
  apiKey: 'an API key',
  oidc: 'an OIDC token',
  session: 'a session',
}

const authOf = ({ security }: Operation): string =>
  security.length === 0
    ? 'Anybody may call it.'
    : `Called with ${security
        .flatMap((choice) => Object.keys(choice))
        .map((name) => AUTH_WORDS[name] ?? name)
        .join(' or ')}.`

const rootOf = (name: string): string => name.split(/[.[]/)[0] ?? name

/** What must be there stands first, with what is in it. */
function requiredFirst(fields: readonly FieldRow[]): FieldRow[] {
  const needed = new Set(
    fields.filter(({ name, required }) => required && name === rootOf(name)).map(({ name }) => name),
  )
  const isNeeded = ({ name }: FieldRow): boolean => needed.has(rootOf(name))
  return [...fields.filter(isNeeded), ...fields.filter((field) => !isNeeded(field))]
}

const okStatus = ({ responses }: Operation): string =>
  Object.keys(responses).find((status) => status.startsWith('2')) ?? '200'

const errorCodesOf = ({ responses }: Operation) =>
  Object.entries(responses).flatMap(([status, answer]) =>
    (answer['x-error-codes'] ?? []).map((code) => ({ status, code })),
  )

function parameterRows({ parameters = [] }: Operation): FieldRow[] {
  return parameters.map(({ name, in: place, required, description = '', schema }) => ({
    name,
    type: `${typeInWords(schema)}, in the ${place}`,
    required,
    description,
  }))
}

const headerRows = ({ responses }: Operation, status: string): FieldRow[] =>
  Object.entries(responses[status]?.headers ?? {}).map(([name, { description }]) => {
    return { name, description, type: 'text', required: true }
  })

/** One endpoint: who may call it, what it takes, what it answers, and the same request three times. */
export function OperationSection({ method, path, operation }: OperationSectionProps) {
  const status = okStatus(operation)
  const body = operation.requestBody?.content['application/json']?.schema
  const answer = operation.responses[status]?.content['application/json']?.schema
  return (
    <section id={operation.operationId} className="mt-8 scroll-mt-4 border-t border-line pt-6">
      <h2 className="flex flex-wrap items-baseline gap-x-3 text-lg font-semibold">
        <code className="font-mono text-base wrap-anywhere">
          {method} {path}
        </code>
      </h2>
      <p className="mt-1 text-text-2">
        {operation.summary}. {authOf(operation)}
      </p>
      <div className="mt-4 grid gap-x-10 gap-y-6 lg:grid-cols-2">
        <div className="min-w-0 space-y-6">
          <FieldTable title="Parameters" rows={parameterRows(operation)} />
          <FieldTable title="Body" rows={body ? requiredFirst(fieldsOf(body)) : []} />
          <FieldTable title={`Answer, ${status}`} rows={answer ? fieldsOf(answer) : []} answered />
          {answer?.description ? <p className="text-sm text-text-2">{answer.description}</p> : null}
          <FieldTable title="Headers of the answer" rows={headerRows(operation, status)} answered />
          <Errors operation={operation} />
        </div>
        <div className="min-w-0 space-y-4">
          {operation['x-codeSamples']?.map(({ label, source }) => (
            <Code key={label} title={label} label={`Copy the example of ${method} ${path} in ${label}`} text={source} />
          ))}
        </div>
      </div>
    </section>
  )
}

function Errors({ operation }: { operation: Operation }) {
  const codes = errorCodesOf(operation)
  return (
    <div>
      <h3 className="text-sm font-semibold">Errors</h3>
      <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs">
        {codes.map(({ status, code }, index) => (
          <li key={code} className={clsx(index > 0 && codes[index - 1]?.status !== status && 'sm:ml-2')}>
            <span className="text-text-2">{status}</span>{' '}
            <a className="font-mono text-accent underline" href={`#error-${code}`}>
              {code}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
