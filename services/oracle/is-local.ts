import type { HttpBindings } from '@hono/node-server'

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/
/** A proxy on the same machine passes on what comes from elsewhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']

/** Whether a request was made on this machine, and not passed on by something that runs here. */
export function isLocal(headers: Headers, bindings: Partial<HttpBindings> | undefined): boolean {
  const from = bindings?.incoming?.socket.remoteAddress
  return from !== undefined && LOOPBACK.test(from) && !FORWARDED.some((name) => headers.has(name))
}
