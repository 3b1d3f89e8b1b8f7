export { benchPlugin } from './bench-plugin.ts'
export { pluginTable } from './plugin-table.ts'
