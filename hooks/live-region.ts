export type Politeness = 'polite' | 'assertive'

/** Element id of one of the shell's two live regions. */
export const liveRegionId = (politeness: Politeness): string => `live-${politeness}`
