/** The lines of a board, whatever ends them; what follows the last line end is no line of its own. */
export const linesOf = (board: string): string[] => board.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/)
