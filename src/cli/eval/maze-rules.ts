/** The rules of a maze on strings, written apart from `src/tasks/maze/rules.ts` as a second opinion on it. */
export function obeysMazeRules(question: string, solution: string, cols: number): boolean {
  const maze = question.replace(/[\r\n]/g, '').replaceAll('.', ' ')
  if (solution.length !== maze.length) return false
  if ([...maze].some((symbol, i) => symbol !== solution[i] && (symbol !== ' ' || solution[i] !== 'o'))) return false
  const drawn = [...solution].filter((symbol) => symbol === 'o').length
  return flood(maze, cols, ' SG') === drawn + 1 && flood(solution, cols, 'oSG') === drawn + 1
}

/** Rounds in which water from S reaches G over the cells of these symbols; Infinity where it never does. */
function flood(maze: string, cols: number, open: string): number {
  let wet = new Set([maze.indexOf('S')])
  for (let round = 0; ; round++) {
    if (wet.has(maze.indexOf('G'))) return round
    const next = new Set(wet)
    for (const cell of wet) {
      for (const to of [
        cell - cols,
        cell + cols,
        ...(cell % cols ? [cell - 1] : []),
        ...((cell + 1) % cols ? [cell + 1] : []),
      ]) {
        if (open.includes(maze[to] ?? '#')) next.add(to)
      }
    }
    if (next.size === wet.size) return Infinity
    wet = next
  }
}
