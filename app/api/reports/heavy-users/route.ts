import { defineRoute } from '#app/_http/define-route.ts'
import { csvDownload } from '#app/_http/download.ts'
import { heavyUsersFile, getHeavyUsers, heavyUsersQuery, heavyUsersView } from '#services/reports/index.ts'

/** The end users with the most of a measure. */
export const GET = defineRoute(
  { auth: 'session or key', query: heavyUsersQuery, response: heavyUsersView },
  async (ctx, { query }) =>
    query.format === 'csv' ? csvDownload('heavy-users', query, heavyUsersFile(ctx, query)) : getHeavyUsers(ctx, query),
)
