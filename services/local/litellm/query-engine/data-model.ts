/** Type of each field of each model: `models.get('User')?.get('metadata') === 'Json'`. */
export type DataModel = ReadonlyMap<string, ReadonlyMap<string, string>>

const modelBlock = /^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm
const fieldLine = /^\s*(\w+)\s+(\w+)(?:\[\])?\??/

/** Reads the field types from a Prisma schema. */
export function readDataModel(schema: string): DataModel {
  return new Map([...schema.matchAll(modelBlock)].map(([, model = '', body = '']) => [model, readFields(body)]))
}

function readFields(body: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of body.split('\n')) {
    const [, name, type] = fieldLine.exec(line.replace(/\/\/.*$/, '')) ?? []
    if (name !== undefined && type !== undefined) fields.set(name, type)
  }
  return fields
}

/** The database of the schema: a literal URL, or the value of the variable that `env("…")` names. */
export function databaseUrlOf(schema: string, env: NodeJS.ProcessEnv): string | undefined {
  const block = /datasource\s+\w+\s*\{([^}]*)\}/.exec(schema)?.[1] ?? ''
  const [, variable, literal] = /\burl\s*=\s*(?:env\("([^"]+)"\)|"([^"]+)")/.exec(block) ?? []
  return literal ?? env[variable ?? 'DATABASE_URL']
}
