import type { SchemaField } from '#lib/openapi/json-schema.ts'

export type FieldRow = SchemaField

interface FieldTableProps {
  title: string
  rows: readonly FieldRow[]
  /** An answer's fields are there or not; nobody has to give them. */
  answered?: boolean
}

/** Fields with their type and what they mean. Nothing is drawn where there are none. */
export function FieldTable({ title, rows, answered = false }: FieldTableProps) {
  if (rows.length === 0) return null
  return (
    <div>
      <h3 className="text-sm font-semibold">{title}</h3>
      <dl className="mt-1 divide-y divide-line text-sm">
        {rows.map(({ name, type, required, description }) => (
          <div key={`${name} ${type}`} className="py-1.5">
            <dt className="flex flex-wrap items-baseline gap-x-2">
              <code className="font-mono text-xs wrap-anywhere">{name}</code>
              <span className="text-xs text-text-2">
                {type}
                {required && !answered ? ', required' : ''}
                {!required && answered ? ', may be absent' : ''}
              </span>
            </dt>
            {description ? <dd className="text-text-2">{description}</dd> : <dd className="sr-only">{type}</dd>}
          </div>
        ))}
      </dl>
    </div>
  )
}
