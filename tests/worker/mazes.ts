/** Walls by chance, a goal 16 moves from the start; its first and last cells are free. */
export const MAZE = [
  ' #  #  #  #    #      ### #   ',
  ' #   #  #  #    ##      #   # ',
  '     # ##  ## ##  # #   # # # ',
  ' ###            ##    # #     ',
  '     # #  S # #  #      # ##  ',
  '           ##  # # ###  # ##  ',
  '      #   # #      #   ## #   ',
  ' ##    ## # ##  #   # #       ',
  '   #  ##          # #  ##     ',
  '##     # #  #  ####  ### ##   ',
  ' # ##    #         #   ##     ',
  '#       ###  # ###    #   ##  ',
  ' #       #        #    ##   ##',
  ' #      #G###      ## #   #   ',
  '   #  #   #    #    #  ## #  #',
  '  #  #    ##    # # ## ###    ',
  ' ##    #    ## ## ## # # #  # ',
  '      #  #  ###  # ##  ##     ',
  '# # #    #  #  ##    #    # ##',
  '# #  #     #    ##  #####  ###',
  '## # #  ### # ##         ##   ',
  '#    #  #       #       #     ',
  '   #     #          #     #   ',
  '# #    ####   #     ##  # #  #',
  '  #   ##     #  # ##     ### #',
  ' ###     ##   #  # # #      # ',
  '   #            ########    # ',
  '# #       #      #   ##   # # ',
  ' ##       # # #  # ##   #     ',
  '# #     ##   #    #  ####     ',
].join('\n')

/** The same walls, start and goal as far apart as in Maze-Hard. */
export const FAR_MAZE = MAZE.replace(/[SG]/g, ' ')
  .replace(/^(.{28})./, '$1G')
  .replace(/^((?:.*\n){25}.{29})./, '$1S')

/**
 * Whether `answer` is `board` with one shortest path in it: the rules, written apart from the solver's own verifier. Lines
 * of either may be broken or not.
 */
export function isPathOf(board: string, answer: string): boolean {
  const columns = board.indexOf('\n')
  const question = board.replaceAll('\n', '')
  const cells = answer.replaceAll('\n', '')
  const isKept = [...question].every((symbol, i) => cells[i] === symbol || (symbol === ' ' && cells[i] === 'o'))
  const neighbours = (cell: number) =>
    [
      cell + columns,
      cell - columns,
      ...(cell % columns > 0 ? [cell - 1] : []),
      ...(cell % columns < columns - 1 ? [cell + 1] : []),
    ].filter((next) => next >= 0 && next < cells.length)
  /** Moves from start to goal over cells that `may` be entered, by breadth-first search. */
  const distance = (may: (cell: number) => boolean): number => {
    let front = [question.indexOf('S')]
    const seen = new Set(front)
    for (let moves = 0; front.length > 0; moves++) {
      if (front.includes(question.indexOf('G'))) return moves
      front = [...new Set(front.flatMap(neighbours))].filter((cell) => may(cell) && !seen.has(cell))
      for (const cell of front) seen.add(cell)
    }
    return Number.POSITIVE_INFINITY
  }
  const shortest = distance((cell) => question[cell] !== '#')
  const along = distance((cell) => 'oG'.includes(cells[cell]))
  const length = cells.split('o').length // cells of the path and one: its moves
  return cells.length === question.length && isKept && along === shortest && length === shortest
}
