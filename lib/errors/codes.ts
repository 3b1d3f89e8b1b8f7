/** What an error code means at the edge: its HTTP status and whether the same call may work later. */
export interface ErrorKind {
  readonly status: number
  readonly retryable: boolean
}

const kind = (status: number, retryable = false): ErrorKind => ({ status, retryable })

/** Every code the product can answer with. A code is stable; its sentence may improve. */
export const errorCodes = {
  account_proof_invalid: kind(401),
  address_refused: kind(400),
  chain_refused: kind(409),
  chain_unreachable: kind(503, true),
  confirmation_invalid: kind(410),
  collector_busy: kind(429, true),
  config_invalid: kind(500),
  cost_table_invalid: kind(400),
  cost_table_missing: kind(404),
  cost_table_published: kind(409),
  database_unavailable: kind(503, true),
  idempotency_conflict: kind(409),
  internal: kind(500),
  invalid_amount: kind(400),
  invalid_request: kind(400),
  key_already_shown: kind(409),
  key_blocked: kind(409),
  key_missing: kind(404),
  limit_exists: kind(409),
  limit_missing: kind(404),
  litellm_refused: kind(502),
  litellm_unreachable: kind(503, true),
  local_part_failed: kind(500),
  mail_not_set_up: kind(409),
  method_not_allowed: kind(405),
  model_name_invalid: kind(400),
  nonce_invalid: kind(401),
  not_configured: kind(503),
  not_found: kind(404),
  not_permitted: kind(403),
  origin_refused: kind(403),
  payload_too_large: kind(413),
  payment_unavailable: kind(503, true),
  period_invalid: kind(400),
  preview_outdated: kind(409),
  provider_not_registered: kind(409),
  report_too_large: kind(400),
  schedule_invalid: kind(400),
  session_required: kind(401),
  signature_invalid: kind(401),
  signature_replayed: kind(409),
  stopping: kind(503, true),
  too_many_channels: kind(409),
  too_many_limits: kind(409),
  tool_missing: kind(500),
  unsupported_media_type: kind(415),
  vault_closed: kind(409),
  vault_not_found: kind(404),
  wrong_network: kind(401),
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCodes
