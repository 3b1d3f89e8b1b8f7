import { AppError } from '#lib/errors/app-error.ts'

const READS = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses a change that another site's page asked for. Browsers send Origin with every change, so a change
 * without one is refused too.
 */
export function requireSameOrigin(request: Request, origins: readonly string[]): void {
  if (READS.includes(request.method)) return
  const origin = request.headers.get('origin')
  if (origin && origins.includes(origin)) return
  throw new AppError('origin_refused', 'This request came from another site. Nothing was changed. Use the dashboard.', {
    internal: `origin ${JSON.stringify(origin)} is not one of ${origins.join(', ')}`,
  })
}
