'use client'

import { AskFirst } from '#components/ui/ask-first.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import type { GatewayKey } from '#hooks/credit-types.ts'

interface RevokeKeyProps {
  gatewayKey: GatewayKey
  onRevoke: () => Promise<void>
  onClose: () => void
}

/** Asks before a key is revoked, and says whether it is in use. */
export default function RevokeKey({ gatewayKey, onRevoke, onClose }: RevokeKeyProps) {
  return (
    <AskFirst title={`Revoke ${gatewayKey.name} for good?`} label="Revoke key" onConfirm={onRevoke} onClose={onClose}>
      <p>
        {gatewayKey.last_used_at ? (
          <>
            It was used <Time at={gatewayKey.last_used_at} />.{' '}
          </>
        ) : (
          'It was never used. '
        )}
        Requests with it answer 401 within a second. The credits stay in the account.
      </p>
    </AskFirst>
  )
}
