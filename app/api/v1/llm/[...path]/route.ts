import { randomUUID } from 'node:crypto'
import { httpLog, webGateway } from '#app/_http/container.ts'
import { answerError } from '#services/gateway/index.ts'

/** The gateway answers everything below this address itself, errors too, unless it can't even be opened. */
async function handle(request: Request): Promise<Response> {
  try {
    return await (
      await webGateway()
    )(request)
  } catch (thrown) {
    const requestId = `req_${randomUUID().replaceAll('-', '')}`
    const response = answerError(thrown, httpLog().child({ requestId }))
    response.headers.set('x-request-id', requestId)
    return response
  }
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
}
