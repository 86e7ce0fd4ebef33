import { EXCHANGE_BOARDS } from '../boards/exchange-boards.ts'
import { HrmError } from '../errors.ts'

export interface Sample {
  board: string
  /** Data set it is from. */
  source: string
}

const EXCHANGE = 'the sudoku-exchange puzzle bank'
const EXTREME = 'the Sudoku-Extreme training boards'
const of = (source: string, ...boards: string[]): Sample[] => boards.map((board) => ({ board, source }))

/** Real boards of rising difficulty, for a first try and for timing. */
export const SUDOKU_SAMPLES: readonly Sample[] = [
  ...of(`${EXCHANGE}, easy`, ...EXCHANGE_BOARDS.easy),
  ...of(`${EXCHANGE}, medium`, ...EXCHANGE_BOARDS.medium),
  ...of(`${EXCHANGE}, hard`, ...EXCHANGE_BOARDS.hard),
  ...of(
    EXTREME,
    '2.9..7....1...8...7....4.6...6....27.4..5....9.23....8...6.3.9.3..4..1....5....8.',
    '..3..9.87.4....5..8...........1..2..6......387....8..9.2.4.........5......7..3.6.',
    '.3.2.1..62........1.4..5..785..4........5.92.4.21.7.3.7.....45...1.23............',
  ),
]

/** A maze of the benchmark's size and kind: 30 x 30, 109 moves or more. `hrm-model mazes 2 F --seed 77` makes it. */
const MAZE_SAMPLE: Sample = {
  board: [
    '###    #     #  ## ###  #  # #',
    ' #  #####  #  # #        # #  ',
    '   ##     ## ## #  ##     #   ',
    '      # ##   #  #    # #     #',
    '   #  ###    ## #  G    # #  #',
    ' #        ##   # ####  #    # ',
    ' #      ## ##     # ### #     ',
    '#    ####   ##   #     #   ###',
    '# # #     ##    #  ## ## #   #',
    '##    #### #  #     # #    ## ',
    ' ##     # #### ###   ### #  # ',
    '## # # ####  #   #  # # # #  #',
    '#      # ##   #  # ##  ###  # ',
    '  # ##   # #  #  # ##  #      ',
    '       # # ##  ###  ##   #    ',
    '  #   #    ####    #  #   ##  ',
    ' # ##  # ####  #  # #  # #   #',
    '#  #     ###  #   #  #  #     ',
    '     #   # #         # ###   #',
    '        # #  #  #  #  ##    ##',
    '##     ### ####  ### ###      ',
    ' ##     ###  #  ##   # #   #  ',
    '# # ###    ## #          ##  #',
    '      ### ##               #  ',
    '  #    #   ##  # #   #  #   # ',
    '   ##  #   #  #  ##     ## #  ',
    '# # #### ##  ##    #  #  #    ',
    ' #  #     ##  # # ###  ##  #  ',
    ' ## ###  # ## ##  ##   #  #   ',
    '    S     #   # # ##    #  # #',
  ].join('\n'),
  source: 'the mazes made as training ones were',
}

/** The board that `hrm solve` takes when none is given. @throws HrmError `usage` where there is none */
export function sampleBoard(task: string): Sample {
  if (task === 'sudoku') return SUDOKU_SAMPLES[SUDOKU_SAMPLES.length - 1]
  if (task === 'maze') return MAZE_SAMPLE
  throw new HrmError('usage', `there is no sample board for ${task}; give a board, --file F, or - for standard input`)
}
