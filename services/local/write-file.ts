import { renameSync, writeFileSync } from 'node:fs'

/** Replaces a file in one step, so that a reader never sees half of it. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text, { mode })
  renameSync(draft, path)
}
