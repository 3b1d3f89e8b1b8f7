/** The heading of a column. */
export const HEAD = 'py-2 not-first:pl-4 text-xs font-normal text-text-2'

/** A cell that holds a figure. */
export const NUMBER = 'py-2 not-first:pl-4 text-right whitespace-nowrap'

/** A column that a phone has no room for. */
export const WIDE = 'hidden sm:table-cell'
