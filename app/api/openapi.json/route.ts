import { openApiText } from '#services/gateway/index.ts'

/** The description of `/api/v1/llm`. It is the same for everybody and changes with a release only. */
export function GET(): Response {
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }
  return new Response(openApiText(), { headers })
}
