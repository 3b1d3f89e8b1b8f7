import fc from 'fast-check'

/** A few of the fields, each as one of its shapes: what is odd everywhere is refused at the first look. */
export const oddFields = (
  shapes: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  most = 2,
): fc.Arbitrary<Record<string, unknown>> =>
  fc.subarray(Object.entries(shapes), { maxLength: most }).chain((chosen) => fc.record(Object.fromEntries(chosen)))
