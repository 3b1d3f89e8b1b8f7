import { accessSync, constants } from 'node:fs'
import { delimiter, join, sep } from 'node:path'

/** The first executable of this name on the user's PATH; programs that npm packages bring along don't count. */
export function findOnPath(name: string, path = process.env.PATH ?? ''): string | null {
  const packaged = `${sep}node_modules${sep}`
  const folders = path.split(delimiter).filter((folder) => folder !== '' && !`${folder}${sep}`.includes(packaged))
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
