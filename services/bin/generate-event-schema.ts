// Writes docs/usage-event.schema.json, the JSON Schema of exported events.
import { writeFileSync } from 'node:fs'
import { eventSchemaText } from '#services/exports/index.ts'

writeFileSync('docs/usage-event.schema.json', eventSchemaText())
