import { BOARD_COLUMNS } from '../../boards/board-input.ts'
import { faultsOf, readTable } from '../../boards/csv.ts'
import { HrmError } from '../../errors.ts'
import type { Task } from '../../tasks/task.ts'
import { readTextFile } from '../text-file.ts'

/** A puzzle of a data set and its known answer, both as the task writes boards. */
export interface EvalRow {
  question: string
  answer: string
}

const ANSWER_COLUMNS = ['answer', 'solution']

/**
 * Reads a data set (CSV, gzipped or not) and checks every row it takes: the question is a board that breaks no rule,
 * the answer a full board that keeps its givens and, where the task has rules, obeys them.
 *
 * @param limit rows at most; the rest of the file is not read
 * @throws HrmError `data_invalid` naming file and line, `usage` for a file that cannot be read
 */
export async function readEvalRows(path: string, task: Task, limit = Infinity): Promise<EvalRow[]> {
  const rows: EvalRow[] = []
  for await (const { line, values } of readTable(readTextFile(path), [BOARD_COLUMNS, ANSWER_COLUMNS], faultsOf(path))) {
    const [question, answer] = values
    rows.push(checkRow(task, question, answer, line, path))
    if (rows.length >= limit) break
  }
  if (rows.length === 0) throw new HrmError('data_invalid', `${path} holds no puzzle`)
  return rows
}

function checkRow(task: Task, question: string, answer: string, line: number, path: string): EvalRow {
  const puzzle = readAt(`${path}, line ${line}: question`, () => task.parse(question))
  const solved = readAt(`${path}, line ${line}: answer`, () => task.parseAnswer(answer, puzzle))
  const bad = (what: string) => new HrmError('data_invalid', `${path}, line ${line}: ${what}`)
  if (solved.length !== puzzle.cells.length) throw bad('question and answer differ in size')
  if (solved.includes(0)) throw bad('the answer has blank cells')
  if (task.hasRules && !task.isSolution(puzzle, solved)) throw bad('the answer does not solve the question')
  return { question, answer: task.format(puzzle, solved) }
}

function readAt<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof HrmError)) throw cause
    throw new HrmError('data_invalid', `${where}: ${cause.message}`, { cause, cells: [...cause.cells] })
  }
}
