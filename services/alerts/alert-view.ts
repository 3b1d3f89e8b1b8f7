import { type AlertView, alertView, OPERATOR } from './schemas.ts'
import type { AlertRow } from './store.ts'

/** An alert on the wire; the same in the console and in a webhook. */
export const toAlertView = (row: AlertRow): AlertView =>
  alertView.parse({
    id: row.id,
    kind: row.kind,
    severity: row.severity,
    forOperator: row.audience === OPERATOR,
    account: row.account,
    sentence: row.sentence,
    data: row.data,
    createdAt: row.createdAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
  })
