import { PageHeader, Section } from '#components/ui/page-header.tsx'
import type { OpenApiDocument, Operation } from '#lib/openapi/build-document.ts'
import { ErrorTable } from './error-table.tsx'
import { OperationSection } from './operation-section.tsx'

const DOCUMENT = '/api/openapi.json'

interface Entry {
  path: string
  method: string
  operation: Operation
}

const entriesOf = ({ paths }: OpenApiDocument): Entry[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

/** The API as its description has it: every endpoint with what it takes, what it answers and how to call it. */
export function ApiReference({ document }: { document: OpenApiDocument }) {
  const entries = entriesOf(document)
  const [server] = document.servers
  return (
    <>
      <PageHeader title="API reference" />
      <div className="max-w-3xl space-y-3 text-text-2">
        <p>{document.info.description}</p>
        <p>
          The address of every endpoint begins with <Word text={server?.url ?? ''} /> on this host. The examples read it
          from <Word text="FLAREFLOW_URL" /> and your key from <Word text="FLAREFLOW_KEY" />. Money is decimal text in
          USD.{' '}
          <a className="text-accent underline" href={DOCUMENT}>
            OpenAPI 3.1 document
          </a>
        </p>
      </div>
      <Section title="Who is calling">
        <dl className="max-w-3xl space-y-2 text-sm">
          {Object.entries(document.components.securitySchemes).map(([name, { description }]) => (
            <div key={name}>
              <dt className="font-medium">{AUTH_WORDS[name] ?? name}</dt>
              <dd className="text-text-2">{description}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title="Endpoints">
        <ul className="space-y-1 text-sm">
          {entries.map(({ path, method, operation }) => (
            <li key={operation.operationId}>
              <a className="flex flex-wrap gap-x-3 hover:underline" href={`#${operation.operationId}`}>
                <code className="font-mono text-xs leading-5">
                  {method} {path}
                </code>
                <span className="text-text-2">{operation.summary}</span>
              </a>
            </li>
          ))}
        </ul>
      </Section>
      {entries.map((entry) => (
        <OperationSection key={entry.operation.operationId} {...entry} />
      ))}
      <Section title="Error codes" note="Codes are stable; their sentences may improve">
        <ErrorTable errors={document['x-errors']} />
      </Section>
    </>
  )
}

const Word = ({ text }: { text: string }) => <code className="font-mono text-xs">{text}</code>

const AUTH_WORDS: Readonly<Record<string, string>> = { apiKey: 'API key', oidc: 'OIDC token', session: 'Session' }
