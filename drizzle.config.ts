import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './services/platform/db/schema/index.ts',
  out: './services/platform/db/migrations',
  casing: 'snake_case',
})
