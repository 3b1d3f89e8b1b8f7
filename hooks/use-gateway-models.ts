'use client'

import { GATEWAY_PATH, type PowerLevel } from './credit-types.ts'
import { type Live, useLive } from './use-live.ts'

interface GatewayModel {
  id: string
  /** Its provider. */
  owned_by: string
  usd_per_1k_tokens?: Record<PowerLevel, string>
}

/** The list of models changes when the operator changes LiteLLM's. */
const ASK_MS = 60_000

/** The models that the credit account may use. */
export const useGatewayModels = (): Live<{ data: GatewayModel[] }> => useLive(`${GATEWAY_PATH}/models`, ASK_MS)
