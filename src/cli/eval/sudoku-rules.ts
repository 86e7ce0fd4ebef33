import type { BoardShape } from '../../tasks/lists.ts'

/** The rules of Sudoku on strings, written apart from `src/tasks/sudoku/rules.ts` as a second opinion on it. */
export function obeysSudokuRules(question: string, solution: string, shape: BoardShape): boolean {
  const n = shape.rows
  const givens = question.replace(/\s/g, '').replace(/[a-p]/g, (letter) => letter.toUpperCase())
  if (solution.length !== n * n || givens.length !== n * n) return false
  if ([...givens].some((given, i) => given !== '.' && given !== '0' && given !== solution[i])) return false
  const seen = new Set<string>()
  for (let i = 0; i < n * n; i++) {
    const row = Math.floor(i / n)
    const column = i % n
    const box = `${Math.floor(row / shape.boxRows)},${Math.floor(column / shape.boxCols)}`
    if (!'123456789ABCDEFGHIJKLMNOP'.slice(0, n).includes(solution[i])) return false
    seen.add(`row ${row} ${solution[i]}`).add(`column ${column} ${solution[i]}`).add(`box ${box} ${solution[i]}`)
  }
  return seen.size === 3 * n * n
}
