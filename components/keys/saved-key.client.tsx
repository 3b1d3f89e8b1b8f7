'use client'

import { useCallback, useState } from 'react'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { maskKey } from '#lib/keys/key-format.ts'
import { ApiError } from '#hooks/api.ts'
import { acknowledgeKey } from '#hooks/request-key.ts'
import { useAnnounce } from '#hooks/use-announce.ts'

const REPLACED = 'This key was replaced by a newer one and does not work.'

/** Tells the server once that this key was saved, unless another was made in its place meanwhile. */
export function useSavedKey(vaultId: string, secret: string) {
  const announce = useAnnounce()
  const [state, setState] = useState<'shown' | 'saved' | 'replaced'>('shown')
  const save = useCallback((): void => {
    setState((before) => (before === 'replaced' ? before : 'saved'))
    acknowledgeKey(vaultId, maskKey(secret)).catch((cause: unknown) => {
      // If it is lost the key only stays replaceable, so the person isn't bothered with it.
      if (!(cause instanceof ApiError) || cause.code !== 'key_missing') return
      setState('replaced')
      announce(REPLACED, 'assertive')
    })
  }, [announce, secret, vaultId])
  return { state, save }
}

/** Said when another tab made a newer key while this one was on screen. */
export function ReplacedNotice({ vaultId }: { vaultId: string }) {
  return (
    <Notice
      tone="bad"
      title={REPLACED}
      actions={
        // Loaded anew, also from that page itself: nothing of this key is left on it.
        <a className={buttonClass()} href={`/subscriptions/${vaultId}/key`}>
          Make a new key
        </a>
      }
    >
      It was made anew in another tab or on another device. Use the newer key, or make another.
    </Notice>
  )
}
