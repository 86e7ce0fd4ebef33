import { expect, test } from 'vitest'
import { EXAMPLE_MAZE } from '../examples.ts'
import { readBoards } from './file-boards.ts'

const EASY = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
const EMPTY = '.'.repeat(81)
const read = (text: string, name = 'boards.csv') => readBoards(new File([text], name))

test('takes a CSV with other columns, lines of boards, and a drawn board', async () => {
  const csv = await read(`source,question,answer\r\n"a, b",${EASY},x\r\n\r\nc,${EMPTY.replaceAll('.', '0')},x\r\n`)
  expect(csv).toEqual({ set: { name: 'boards.csv', source: 'boards.csv', boards: [EASY, EMPTY] } })
  expect((await read(`${EASY}\n${EMPTY}\n`)).set?.boards).toEqual([EASY, EMPTY])
  expect((await read(EASY.replace(/.{9}/g, '$&\n'))).set?.boards).toEqual([EASY])
  const spaced = EASY.replace(/.{9}/g, (row) => `${[...row].join(' ')}\n`)
  expect((await read(spaced)).set?.boards).toEqual([EASY])
  expect((await read(spaced.replace(/^.*$/gm, '| $& |'))).set?.boards).toEqual([EASY])
  expect((await read(`[Puzzle]\r\n${EASY.replace(/.{9}/g, '$&\r\n')}`)).set?.boards).toEqual([EASY])
})

test('takes the first maze of a file', async () => {
  const dotted = EXAMPLE_MAZE.replaceAll(' ', '.')
  expect(await read(`${EXAMPLE_MAZE}\n`)).toEqual({ maze: { text: `${EXAMPLE_MAZE}\n`, isFirst: false } })
  expect(await read(dotted)).toEqual({ maze: { text: dotted, isFirst: false } })
  expect(await read(`${EXAMPLE_MAZE}\n\n${EXAMPLE_MAZE}\n`)).toEqual({ maze: { text: EXAMPLE_MAZE, isFirst: true } })
  // With a fault that mazes have words for.
  expect(await read('S##\n# #\n###\n')).toEqual({ maze: { text: 'S##\n# #\n###', isFirst: false } })
  const run = EXAMPLE_MAZE.replaceAll('\n', '')
  expect(await read(`question,answer\n${run},x\n${run},y\n`)).toEqual({ maze: { text: run, isFirst: true } })
})

test('says what is wrong, and where', async () => {
  const problemOf = async (text: string) => (await read(text)).problem
  expect(await problemOf('')).toBe('boards.csv holds no board')
  expect(await problemOf('a,b\n1,2\n')).toBe('boards.csv, line 1: no column named question or puzzle or board')
  expect(await problemOf(`board\n${EASY}\n123\n`)).toMatch(/^boards.csv, line 3: That is 3 cells/)
  expect(await problemOf('name,board\nx,my board\n')).not.toContain('column named')
  expect(await problemOf(`board\n"${EASY}\n`)).toContain('never closed')
  expect(await problemOf('\u0000\u0001binary\uffff')).toMatch(/^boards.csv, line 1: /)
  const huge = { name: 'x', size: 1 << 30, text: () => expect.unreachable('it must not be read') }
  expect(await readBoards(huge)).toEqual({ problem: 'x is larger than 10 MB.' })
})

test('a long name is cut on the chip only', async () => {
  const { set } = await read(EASY, 'a-very-long-name-of-a-file.csv')
  expect(set).toMatchObject({ name: 'a-very-long-name-of…', source: 'a-very-long-name-of-a-file.csv' })
})

test.each([
  ['lines', `${EASY}\n`.repeat(20_000), 20_000],
  ['a CSV', `board\n${`${EASY}\n`.repeat(20_000)}`, 20_000],
  ['empty lines', `${'\n'.repeat(1 << 20)}${EASY}\n`, 1],
])('lets the page have its turn many times while it reads %s', async (_, text, count) => {
  let turns = 0
  let reading = true
  const turn = () => {
    turns++
    if (reading) setImmediate(turn)
  }
  setImmediate(turn)
  const { set } = await readBoards({ name: 'x', size: text.length, text: async () => text })
  reading = false
  expect(set?.boards).toHaveLength(count)
  expect(turns).toBeGreaterThan(40)
})
