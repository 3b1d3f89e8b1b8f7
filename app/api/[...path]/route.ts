import * as z from 'zod'
import { defineRoute } from '#app/_http/define-route.ts'
import { AppError } from '#lib/errors/app-error.ts'

const nothingHere = defineRoute({ auth: 'public', response: z.never() }, () =>
  Promise.reject(new AppError('not_found', 'There is nothing at this address.')),
)

/** What no other route answers, in the API's own error shape. */
export { nothingHere as GET, nothingHere as POST, nothingHere as PUT, nothingHere as PATCH, nothingHere as DELETE }
