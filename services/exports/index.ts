export { eventFile } from './event-file.ts'
export { eventJsonSchema, eventSchemaText } from './exported-event.ts'
export { exportQuery } from './schemas.ts'
