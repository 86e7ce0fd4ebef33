#!/usr/bin/env node
import { EXIT } from './failure.ts'
import { main } from './main.ts'
import { remark } from './output.ts'

// Nobody is left to tell, and what goes there is never the answer.
process.stderr.on('error', () => {})
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`hrm solve ... | head`) closes the pipe: no fault. Several boards end there.
  if (error.code === 'EPIPE') return
  remark(`hrm: the answer could not be written: ${error.message} [internal]`)
  process.exitCode = EXIT.broken
})
const exit = await main(process.argv.slice(2))
process.exitCode ??= exit
