import type { OpenApiDocument } from '#lib/openapi/build-document.ts'
import { HEAD, WIDE } from '#components/ui/table.ts'

/** Every code with what a caller should do about it. */
export function ErrorTable({ errors }: { errors: OpenApiDocument['x-errors'] }) {
  return (
    <table className="w-full max-w-4xl text-left text-sm">
      <caption className="sr-only">Error codes, their status, whether trying again can help, and what to do</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            Code
          </th>
          <th scope="col" className={HEAD}>
            Status
          </th>
          <th scope="col" className={`${HEAD} ${WIDE}`}>
            Try again
          </th>
          <th scope="col" className={HEAD}>
            What to do
          </th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(errors).map(([code, { status, retryable, remedy }]) => (
          <tr
            key={code}
            id={`error-${code}`}
            className="scroll-mt-4 border-b border-line align-top target:bg-accent-soft"
          >
            <th scope="row" className="py-2 font-mono text-xs font-normal wrap-anywhere">
              {code}
            </th>
            <td className="py-2 pl-4">{status}</td>
            <td className="hidden py-2 pl-4 whitespace-nowrap text-text-2 sm:table-cell">
              {retryable ? 'after Retry-After' : 'no'}
            </td>
            <td className="py-2 pl-4 text-text-2">{remedy}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
