const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** True for a host name that always means this machine. */
export const isLoopbackHost = (hostname: string): boolean => LOOPBACK.includes(hostname.toLowerCase())

/**
 * The origins at which the dashboard is served, from APP_URL. A loopback address answers under each of its names,
 * so that typing 127.0.0.1 for localhost doesn't break sign-in. No other origin may sign in or change anything.
 */
export function appOrigins(appUrl: string): string[] {
  const { protocol, hostname, port, origin } = new URL(appUrl)
  if (!isLoopbackHost(hostname)) return [origin]
  return LOOPBACK.map((name) => `${protocol}//${name}${port ? `:${port}` : ''}`)
}
