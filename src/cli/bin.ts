#!/usr/bin/env node
import { main } from './main.ts'

// A reader that has seen enough (`hrm solve ... | head`) closes the pipe: no fault, and the exit code stays what it is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv.slice(2))
