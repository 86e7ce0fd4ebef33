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
  ...of(
    `${EXCHANGE}, easy`,
    '.5.7.3.6...7...8.....816.......3......5...1..73..4..869.6...2.484.572.93...4.9...',
    '3.24.18.9..1...3............4.7.8.1.78.5.2.36....9....2..6.9..39.......88...7...5',
    '...823..1..3...4...7.....523..96..1....1.2....1..38..683.....4...2...9..6..789...',
  ),
  ...of(
    `${EXCHANGE}, medium`,
    '.2.9......48....31....63.2...94.7..3..3.8.2..4..1.56...3.57....25....18......6.5.',
    '1..8..57......921..9..4....3..9...5...7...3...2...6..8....2..4..714......64..7..3',
    '..2...8....5.2.1..46.....2913..6..52..9.8.4.....3.2.....6.7.2..7.......8.2.519.7.',
  ),
  ...of(
    `${EXCHANGE}, hard`,
    '.8.2..4..57....1....23.....82..9...5...715...7...2..41.....67....3....18..7..9.5.',
    '6...5...7.3........8.4.92...153.......8...3.......759...95.1.3........8.2...7...4',
    '21.95...4.9..6..37...7...........3.892.....158.5...........2...68..1..4.1...47.96',
  ),
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
