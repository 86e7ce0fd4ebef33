import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { createLedger, type JobTimes, type Sql } from '../ledger-sql.ts'
import { sqlite } from './sqlite.ts'

type Ledger = ReturnType<typeof createLedger>

/** The ledgers of all jobs, each in an SQLite file of its own, opened for one transaction at a time. */
export function diskLedgers(dir: string, times: JobTimes) {
  const pathOf = (job: string) => join(dir, `${job}.sqlite`)
  const { DatabaseSync } = sqlite()

  return {
    exists: (job: string): boolean => existsSync(pathOf(job)),

    all: (): string[] =>
      readdirSync(dir)
        .filter((name) => name.endsWith('.sqlite'))
        .map((name) => name.slice(0, -'.sqlite'.length)),

    transact<T>(job: string, run: (ledger: Ledger) => T, its: JobTimes = times): T {
      let db: DatabaseSync | undefined
      try {
        db = new DatabaseSync(pathOf(job))
        db.exec('BEGIN IMMEDIATE')
        const result = run(createLedger(sqlOf(db), its))
        db.exec('COMMIT')
        return result
      } catch (cause) {
        throw new Error(`the ledger ${pathOf(job)} failed`, { cause }) // SQLite does not name the file
      } finally {
        db?.close() // what was not committed is as if it had not been
      }
    },

    remove(job: string): void {
      rmSync(pathOf(job), { force: true })
    },
  }
}

export type DiskLedgers = ReturnType<typeof diskLedgers>

/** As a Durable Object's storage speaks. */
function sqlOf(db: DatabaseSync): Sql {
  return {
    exec(query, ...bindings) {
      if (bindings.length === 0 && query.includes(';')) {
        db.exec(query)
        return { rowsWritten: 0, toArray: () => [] }
      }
      const statement = db.prepare(query)
      if (/^\s*SELECT/i.test(query)) {
        const rows = statement.all(...bindings)
        return { rowsWritten: 0, toArray: () => rows.map((row) => ({ ...row })) }
      }
      const { changes } = statement.run(...bindings)
      return { rowsWritten: Number(changes), toArray: () => [] }
    },
  }
}
