import { HrmError } from '../../../src/errors.ts'

/** SQLite came with Node 22.13: without it everything but jobs runs. @throws HrmError `usage` */
export function sqlite(): typeof import('node:sqlite') {
  const module = process.getBuiltinModule('node:sqlite')
  if (!module) throw new HrmError('usage', 'bulk jobs need Node 22.13 or later')
  return module
}
