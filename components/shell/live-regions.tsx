import { liveRegionId } from '#hooks/live-region.ts'

/** Results are said politely; a failed payment or an ended session at once. */
export function LiveRegions() {
  return (
    <>
      <output id={liveRegionId('polite')} className="sr-only" />
      <div id={liveRegionId('assertive')} role="alert" aria-live="assertive" className="sr-only" />
    </>
  )
}
