import * as z from 'zod'
import { dayName } from '#lib/period/day-name.ts'
import { defineRoute } from '#app/_http/define-route.ts'
import { Download } from '#app/_http/download.ts'
import { eventFile, exportQuery } from '#services/exports/index.ts'

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson; charset=utf-8' }

/** Usage events as a file, for the owner and the provider of a vault, the holder of credits, and the admin. */
export const GET = defineRoute(
  { auth: 'session or key', query: exportQuery, response: z.never() },
  (ctx, { query }) => {
    const day = dayName(query.from)
    return Promise.resolve(
      new Download({
        contentType: TYPES[query.format],
        fileName: `flareflow-events-${day}.${query.format}`,
        chunks: eventFile(ctx, query),
      }),
    )
  },
)
