import type { ServiceContext } from '#services/platform/context.ts'
import { sumTakenBy, type TakenQuery, type TakenSum } from './store.ts'

/** What paid requests of a key, or with a label, came to in spans of UTC days: of one account, or of all. */
export const sumTaken = ({ db }: ServiceContext, query: TakenQuery): Promise<TakenSum[]> => sumTakenBy(db, query)
