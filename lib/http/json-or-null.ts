/** What a text from elsewhere says as JSON; null for what is none, as for JSON's own null. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
