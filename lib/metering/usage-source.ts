/** Who counted a call's tokens, where it was not the model itself: a tag of the event, which no caller can set. */
const SOURCE_TAG = 'usage-source:'

export const usageSourceTag = (source: 'gateway-count' | 'estimate'): string => `${SOURCE_TAG}${source}`

export const isUsageSourceTag = (tag: string): boolean => tag.startsWith(SOURCE_TAG)
