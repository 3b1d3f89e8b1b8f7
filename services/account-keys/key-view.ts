import type { AccountKeyView } from './schemas.ts'
import type { AccountKeyRow } from './store.ts'

export const viewOf = ({ id, name, masked, power, models, createdAt, lastUsedAt }: AccountKeyRow): AccountKeyView => ({
  id,
  name,
  masked,
  power,
  models,
  createdAt,
  lastUsedAt,
})
