import { describe, expect, test } from 'vitest'
import { MAZE } from '../../tests/helpers/configs.ts'
import { createTask } from '../tasks/create-task.ts'
import { parseBoards } from './board-input.ts'
import { checkBoards } from './check-boards.ts'

const read = (text: string) => parseBoards(text, 'f', 'maze')
const task = createTask(MAZE) // trained on 3 x 4

describe('mazes from text', () => {
  const first = '# S#\n    \nG ##'
  const drawn = true

  test('lines that draw a maze are one board, empty lines part several', async () => {
    expect(await read(`${first}\n`)).toEqual([{ board: first, line: 1, drawn }])
    expect(await read(`\n${first}\n\nS.\n.G\n`.replaceAll('\n', '\r\n'))).toEqual([
      { board: first, line: 2, drawn },
      { board: 'S.\n.G', line: 6, drawn },
    ])
    expect(await read('S\n \nG\n')).toEqual([{ board: 'S\n \nG', line: 1, drawn }])
    // One row of it could be a board.
    expect(await read('####\n#SG#\n####\n')).toMatchObject([{ line: 1, drawn }])
    expect(await read('####\nS S#\n#  #\nS #G\n')).toMatchObject([{ line: 1, drawn }])
  })

  test('lines with a start and a goal each are boards, a faulty one among them too', async () => {
    expect(await read('S  G\nG  S\n')).toEqual([
      { board: 'S  G', line: 1 },
      { board: 'G  S', line: 2 },
    ])
    expect(await read('S  G\nG  S\nG   \nSG  \n')).toHaveLength(4)
  })

  test('lines of blanks alone are free rows of a drawing, elsewhere no boards', async () => {
    expect(await read('S  \n   \n  G\n\n  \n')).toEqual([{ board: 'S  \n   \n  G', line: 1, drawn }])
  })

  test('a CSV has a maze a record', async () => {
    expect(await read(`id,board\n1,"${first}"\n`)).toEqual([{ board: first, line: 2 }])
  })
})

const EMPTY_ROW = '; an empty line ends a maze; write a free row as blanks'

test.each([
  ['####\n#s #\n# g#\n', 'line 2: "s" at row 2, column 2 (and 1 more) is none of "# SG" (a free cell is a blank or .)'],
  ['S #\n##x\n  G\n', 'line 2: "x" at row 2, column 3 is none of "# SG" (a free cell is a blank or .)'],
  ['\nS #\n##,\n  G\n', 'line 3: "," at row 2, column 3 is none of "# SG" (a free cell is a blank or .)'],
  [
    '```\n# S\n  G\n```\n',
    'line 1: "`" at row 1, column 1 (and 5 more) is none of "# SG" (a free cell is a blank or .)',
  ],
  ['##\n#S  G\n##\n', "line 1: row 1 of the maze has 2 cells, row 2 5 (free cells are blanks, at a row's end too)"],
  ['####\n# G#\n', 'line 1: the maze has no S'],
  ['####\n\nS  #\n# G#\n\n# G#\n# G#\n', `line 1: the maze has no S${EMPTY_ROW}`],
  ['S   \n#  G\n\n#  #\n# G#\n', `line 4: the maze has no S${EMPTY_ROW}`],
  ['  S\n\n  G\n', `line 1: a maze of 3 cells without line breaks is neither 3 x 4 nor a square${EMPTY_ROW}`],
  ['S#G\n###\n', 'line 1: no way leads from S to G'],
  ['S  G\nS xG\n', 'line 2: "x" at row 2, column 1 is none of "# SG" (a free cell is a blank or .)'],
  [
    'question;answer\nS.G;SoG\n',
    /^line 1: no column named question or puzzle or board; columns are separated by commas, nor /,
  ],
  [
    'maze,moves\nx,1\n',
    /^line 1: no column named question or puzzle or board, nor is it a board: "m" at row 1, column 1 /,
  ],
])('the fault of %j', async (text, message) => {
  const inputs = await read(text)
  expect(() => checkBoards(inputs, task.parse)).toThrow(message)
  if (typeof message === 'string') {
    expect(() => checkBoards(inputs, task.parse)).toThrow(expect.objectContaining({ message }))
  }
})
