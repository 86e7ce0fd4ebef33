import { expect, test } from 'vitest'
import type { ModelInfo } from '../index.ts'
import { describeInfo } from './inspect-command.ts'

test('shows every field of config and card, lists of objects a line an entry', () => {
  const text = describeInfo({
    name: 'tiny',
    parameters: 53409,
    bytes: 65172,
    sha256: 'ab12',
    config: { hidden_size: 32, lists: ['row', 'column'], task: { name: 'sudoku', rows: 9 } },
    card: {
      name: 'tiny',
      data: [
        { name: 'a', source: 'A' },
        { name: 'b', source: 'B' },
      ],
    },
  } as unknown as ModelInfo)
  expect(text.split('\n')).toEqual([
    'tiny',
    '  parameters  53,409',
    '  bytes       65,172',
    '  sha256      ab12',
    'config',
    '  hidden_size  32',
    '  lists        ["row","column"]',
    '  task         name sudoku, rows 9',
    'card',
    '  name  tiny',
    '  data  name a, source A',
    '        name b, source B',
  ])
})

test('shows control characters of a card, keys and lists too, and does not send them to the terminal', () => {
  const card = {
    name: 'tiny',
    notes: 'red \u001b[31m\u009b0m, two\nlines',
    list: ['\u009b0m'],
    'k\u001b': { 'in\u009b': 1 },
    data: [{ 'd\u0007': 'a\rb' }],
  }
  const text = describeInfo({
    name: 'tiny',
    parameters: 1,
    bytes: 2,
    sha256: '',
    config: {},
    card,
  } as unknown as ModelInfo)
  expect(text.split('\n').slice(-4)).toEqual([
    '  notes  red \\u001b[31m\\x9b0m, two\\nlines',
    '  list   ["\\x9b0m"]',
    '  k\\u001b     in\\x9b 1',
    '  data   d\\u0007 a\\rb',
  ])
})
