import { AppError } from '#lib/errors/app-error.ts'
import { appOrigins, isLoopbackHost } from '#services/auth/index.ts'

const LOOPBACK_PEER = /^(::1|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::ffff:127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/

/**
 * Lets only a browser on this machine through, at the dashboard's own address; for everybody else the page doesn't
 * exist. The Host is checked because a foreign name may be made to point here (DNS rebinding), the forwarding header
 * because a tunnel or a proxy may bring strangers to a loopback port.
 */
export function requireLoopback(request: Request, appUrl: string): void {
  const host = request.headers.get('host') ?? ''
  const origin = request.headers.get('origin')
  const origins = appOrigins(appUrl)
  const peers = (request.headers.get('x-forwarded-for') ?? '').split(',').map((peer) => peer.trim())
  const isHere =
    URL.canParse(`http://${host}`) &&
    isLoopbackHost(new URL(`http://${host}`).hostname) &&
    origins.some((known) => new URL(known).host === host) &&
    (origin === null || origins.includes(origin)) &&
    request.headers.get('sec-fetch-site') !== 'cross-site' &&
    peers.every((peer) => peer === '' || LOOPBACK_PEER.test(peer))
  if (!isHere) throw new AppError('not_found', 'There is nothing at this address.')
}
