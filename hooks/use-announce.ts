'use client'

import { useCallback } from 'react'
import { liveRegionId, type Politeness } from './live-region.ts'

/** Has a screen reader say a sentence, through the shell's two live regions. */
export function useAnnounce(): (sentence: string, politeness?: Politeness) => void {
  return useCallback((sentence, politeness = 'polite') => {
    const region = document.getElementById(liveRegionId(politeness))
    if (!region) return
    region.textContent = ''
    requestAnimationFrame(() => {
      region.textContent = sentence
    })
  }, [])
}
