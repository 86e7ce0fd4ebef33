import { describe, expect, it } from 'vitest'
import { CANDIDATES, GRID_LISTS, LEARNED, MAZE, OFFICIAL, SMALLEST, TINY_CONFIGS } from '../../tests/helpers/configs.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import type { ModelConfig, TaskConfig } from './config.ts'
import { parseCard, parseConfig } from './config-schema.ts'

const parse = (config: object) => () => parseConfig(JSON.stringify(config))
const withTask = (config: ModelConfig, task: Partial<TaskConfig>): ModelConfig => ({
  ...config,
  task: { ...config.task, ...task },
})

describe('parseConfig', () => {
  it.each(Object.entries(TINY_CONFIGS))('takes what docs/format.md allows: %s', (_, config) => {
    expect(parse(config)()).toEqual(config)
  })

  it('counts the ring of walls that a model of mazes sees', () => {
    const walled = { ...withTask(MAZE, { walled: true }), seq_len: 5 * 6 }
    expect(parse(walled)()).toEqual(walled)
    const refused = (config: object, message: string) => expectHrmError(parse(config), 'weights_config', message)
    refused({ ...walled, seq_len: 12 }, 'seq_len is not one token per cell that is seen')
    refused({ ...MAZE, seq_len: 30 }, 'seq_len is not one token per cell that is seen')
    refused(withTask(walled, { kind: 'grid' }), 'only a maze is walled')
    refused({ ...MAZE, task: { ...MAZE.task, walled: false } }, 'hrm.config.task.walled')
  })

  it('knows the five symbols of a maze, in their order', () => {
    expect(parse(MAZE)()).toEqual(MAZE)
    for (const symbols of [
      ['#', '.', 'S', 'G', 'o'],
      [' ', '#', 'S', 'G', 'o'],
    ]) {
      expectHrmError(
        parse(withTask(MAZE, { symbols })),
        'weights_config',
        'a maze has the symbols "#", " ", "S", "G", "o"',
      )
    }
    const four = withTask(MAZE, { symbols: ['#', ' ', 'S', 'G'] })
    expectHrmError(parse({ ...four, vocab_size: 4, output_size: 4 }), 'weights_config', 'a maze has the symbols')
    expectHrmError(parse(withTask(MAZE, { box_rows: 1, box_cols: 1 })), 'weights_config', 'only a sudoku has boxes')
  })

  it.each(Object.keys(SMALLEST))('needs the field %s', (field) => {
    const { [field as keyof ModelConfig]: _, ...rest } = SMALLEST
    expectHrmError(parse(rest), 'weights_config', `hrm.config.${field}: Invalid`)
  })

  it.each(['name', 'kind', 'rows', 'cols', 'symbols'])('needs the field task.%s', (field) => {
    const { [field as keyof TaskConfig]: _, ...task } = SMALLEST.task
    expectHrmError(parse({ ...SMALLEST, task }), 'weights_config', `hrm.config.task.${field}: Invalid`)
  })

  it('names unknown fields', () => {
    expectHrmError(parse({ ...SMALLEST, dropout: 0 }), 'weights_config', 'hrm.config: Unrecognized key: "dropout"')
    const task = { ...SMALLEST.task, rules: 'x' }
    expectHrmError(parse({ ...SMALLEST, task }), 'weights_config', 'hrm.config.task: Unrecognized key: "rules"')
    const text = JSON.stringify(SMALLEST).replace('{', '{"__proto__":{"hidden_size":8},')
    expectHrmError(() => parseConfig(text), 'weights_config', 'hrm.config has the key "__proto__"')
  })

  const limits: [keyof ModelConfig, min: number, max: number][] = [
    ['hidden_size', 4, 4096],
    ['num_heads', 1, 64],
    ['intermediate_size', 4, 4096],
    ['H_layers', 1, 47],
    ['L_layers', 1, 47],
    ['H_cycles', 1, 32],
    ['L_cycles', 1, 32],
    ['halt_max_steps', 1, 65536],
    ['vocab_size', 1, 256],
    ['output_size', 1, 256],
    ['seq_len', 1, 65536],
    ['puzzle_emb_len', 0, 64],
    ['num_puzzle_identifiers', 0, 65536],
    ['q_outputs', 1, 2],
  ]

  it.each(limits)('keeps %s within %i..%i', (field, min, max) => {
    for (const value of [min - 1, max + 1, 2 ** 53, -(2 ** 53), 1e300]) {
      expectHrmError(parse({ ...SMALLEST, [field]: value }), 'weights_config', new RegExp(`^hrm.config.${field}: Too `))
    }
    for (const value of [min + 0.5, '4', null, true, [4]]) {
      expectHrmError(
        parse({ ...SMALLEST, [field]: value }),
        'weights_config',
        new RegExp(`^hrm.config.${field}: Invalid`),
      )
    }
  })

  it.each(['hidden_size', 'intermediate_size'])('wants a multiple of 4 for %s', (field) => {
    expectHrmError(
      parse({ ...SMALLEST, [field]: 6 }),
      'weights_config',
      `hrm.config.${field}: Invalid number: must be a multiple of 4`,
    )
  })

  it.each([
    ['rms_norm_eps', [0, -1, 1e-13, 1.01]],
    ['embed_scale', [0, -1, 64.1, 1e300]],
  ] as const)('keeps %s within its limits', (field, values) => {
    for (const value of values) {
      expectHrmError(parse({ ...SMALLEST, [field]: value }), 'weights_config', new RegExp(`^hrm.config.${field}: Too `))
    }
    for (const text of ['1e999', '"1"', 'null']) {
      const json = JSON.stringify(SMALLEST).replace(new RegExp(`"${field}":[^,]*`), `"${field}":${text}`)
      const fault = text === '1e999' ? ' has a number beyond a double: 1e999' : `.${field}: `
      expectHrmError(() => parseConfig(json), 'weights_config', `hrm.config${fault}`)
    }
  })

  it.each([
    ['token_kind', 'pixels'],
    ['attention', 'sparse'],
    ['pos_encodings', 'alibi'],
    ['q_pool', 'last'],
    ['list_bias', 1],
    ['lists', ['diagonal']],
    ['lists', 'row'],
  ])('knows the values of %s', (field, value) => {
    expectHrmError(parse({ ...SMALLEST, [field]: value }), 'weights_config', `hrm.config.${field}`)
  })

  it.each([
    ['name', ''],
    ['name', 'Maze'],
    ['name', '../x'],
    ['name', 'x'.repeat(65)],
    ['kind', 'labyrinth'],
    ['rows', 0],
    ['rows', 257],
    ['cols', 257],
    ['box_rows', 17],
    ['box_cols', 0],
    ['symbols', ['aa', 'b']],
    ['symbols', [1, 2]],
    ['symbols', ['a', '\n']],
    ['symbols', ['a', '\r']],
    ['symbols', Array.from({ length: 257 }, () => '')],
  ])('checks task.%s', (field, value) => {
    expectHrmError(
      parse({ ...SMALLEST, task: { ...SMALLEST.task, [field]: value } }),
      'weights_config',
      `hrm.config.task.${field}`,
    )
  })

  it.each<[string, ModelConfig, string]>([
    ['heads that do not divide', { ...OFFICIAL, num_heads: 3 }, 'hidden_size is no multiple of num_heads'],
    ['a head size of 2', { ...OFFICIAL, num_heads: 8 }, 'head size 2 is no multiple of 4 up to 256'],
    ['a head size over 256', { ...OFFICIAL, hidden_size: 520, num_heads: 2 }, 'head size 260 is no multiple of 4'],
    ['rope over odd halves', { ...OFFICIAL, num_heads: 4 }, 'rope needs a head size that is a multiple of 8'],
    ['too few lists', { ...CANDIDATES, lists: ['cell', 'row', 'column'] }, 'lists must name one list per head'],
    ['too many lists', { ...SMALLEST, lists: ['row', 'row'] }, 'lists must name one list per head'],
    ['lists with full attention', { ...LEARNED, lists: ['row', 'row', 'row'] }, 'or none for full attention'],
    ['a bias with full attention', { ...LEARNED, list_bias: true }, 'list_bias needs list attention'],
    [
      'a prefix with lists',
      { ...SMALLEST, puzzle_emb_len: 1, num_puzzle_identifiers: 1 },
      'a puzzle-embedding prefix needs full attention',
    ],
    ['positions with lists', { ...SMALLEST, pos_encodings: 'learned' }, 'list attention takes no position encoding'],
    ['a prefix without rows', { ...OFFICIAL, num_puzzle_identifiers: 0 }, 'go together'],
    ['rows without a prefix', { ...OFFICIAL, puzzle_emb_len: 0 }, 'go together'],
    ['a sudoku without boxes', withTask(OFFICIAL, { box_rows: undefined }), 'a sudoku needs box_rows and box_cols'],
    ['a sudoku that is not square', withTask(OFFICIAL, { cols: 5 }), 'rows and cols must be box_rows * box_cols'],
    ['boxes of another size', withTask(OFFICIAL, { box_rows: 1 }), 'rows and cols must be box_rows * box_cols'],
    ['a sudoku over 25', withTask(OFFICIAL, { rows: 30, cols: 30, box_rows: 5, box_cols: 6 }), 'at most 25'],
    ['a grid with boxes', withTask(LEARNED, { box_rows: 1 }), 'only a sudoku has boxes'],
    [
      'candidates of a grid',
      { ...CANDIDATES, task: { name: 'x', kind: 'grid', rows: 4, cols: 4, symbols: [] } },
      'candidates are known for sudoku only',
    ],
    ['candidates with 4 inputs', { ...CANDIDATES, vocab_size: 4 }, 'candidates have 3 inputs, 1 output and no symbols'],
    ['candidates with 2 outputs', { ...CANDIDATES, output_size: 2 }, 'candidates have 3 inputs, 1 output'],
    ['candidates with symbols', withTask(CANDIDATES, { symbols: ['1'] }), 'candidates have 3 inputs, 1 output'],
    ['candidates of another length', { ...CANDIDATES, seq_len: 16 }, 'seq_len is not one token per candidate'],
    [
      'candidates with neighbours',
      { ...CANDIDATES, lists: ['cell', 'row', 'column', 'neighbours'] },
      'candidates have',
    ],
    ['candidates with all', { ...CANDIDATES, lists: ['cell', 'row', 'all', 'box'] }, 'candidates have the lists'],
    ['a vocabulary of another size', { ...LEARNED, vocab_size: 4 }, 'must count the symbols'],
    ['outputs of another size', { ...LEARNED, output_size: 4 }, 'must count the symbols'],
    ['cells of another length', { ...LEARNED, seq_len: 11 }, 'seq_len is not one token per cell'],
    ['a symbol twice', withTask(SMALLEST, { symbols: ['a', 'a'] }), 'symbols must be distinct'],
    ['one symbol', withTask(SMALLEST, { symbols: ['', 'a'] }), 'symbols must be distinct, and 2 to 255'],
    [
      'a sudoku without one of its digits',
      withTask(OFFICIAL, { symbols: ['', '.', '1', '2', '3', 'x'] }),
      'a Sudoku needs the symbol "4"',
    ],
    [
      'a sudoku with another blank',
      withTask(OFFICIAL, { symbols: ['', '0', '1', '2', '3', '4'] }),
      'a Sudoku needs the symbol "."',
    ],
    ['the list cell over cells', { ...SMALLEST, lists: ['cell'] }, 'a list does not fit the task'],
    ['the list box of a grid', { ...SMALLEST, lists: ['box'] }, 'a list does not fit the task'],
  ])('refuses %s', (_, config, message) => {
    const error = expectHrmError(parse(config), 'weights_config')
    expect(error.message.startsWith('hrm.config: ')).toBe(true)
    expect(error.message).toContain(message)
  })

  it('takes 255 symbols, and not 256: a board holds them as bytes from 1', () => {
    const ofSymbols = (n: number): ModelConfig => ({
      ...withTask(SMALLEST, { symbols: Array.from({ length: n }, (_, i) => String.fromCharCode(0x4e00 + i)) }),
      vocab_size: n,
      output_size: n,
    })
    expect(parse(ofSymbols(255))().vocab_size).toBe(255)
    expectHrmError(parse(ofSymbols(256)), 'weights_config', 'symbols must be distinct, and 2 to 255')
  })

  it('counts the layers of both levels', () => {
    expect(parse({ ...SMALLEST, H_layers: 47 })().H_layers).toBe(47)
    const message = 'hrm.config: H_layers and L_layers are more than 48 together'
    expectHrmError(parse({ ...SMALLEST, H_layers: 24, L_layers: 25 }), 'weights_config', message)
  })

  it.each(['', '{', '[]', 'null', '"x"', '1'])('refuses %j for a config', (text) => {
    expectHrmError(() => parseConfig(text), 'weights_config', /^hrm.config is not (JSON: |a JSON object$)/)
  })

  it('refuses a key given twice, also in another spelling', () => {
    const text = JSON.stringify(SMALLEST)
    const twice = [text.replace('{', '{"lists":["row"],'), text.replace('"rows":1', '"rows":1,"\\u0072ows":1')]
    expectHrmError(() => parseConfig(twice[0]), 'weights_duplicate_key', 'hrm.config has the key "lists" twice')
    expectHrmError(() => parseConfig(twice[1]), 'weights_duplicate_key', 'hrm.config has the key "rows" twice')
  })

  it('needs a text', () => {
    expectHrmError(() => parseConfig(undefined), 'weights_config', '__metadata__ has no hrm.config')
  })

  it('takes the lists that fit the kind of token', () => {
    expect(parse({ ...GRID_LISTS, lists: ['all', 'all', 'all', 'all', 'all', 'all'] })().lists[0]).toBe('all')
    expect(parse({ ...CANDIDATES, lists: ['box', 'box', 'box', 'box'] })().lists[0]).toBe('box')
  })
})

describe('parseCard', () => {
  const card = {
    name: 'x',
    license: 'MIT',
    data: [{ name: 'a', source: 'b', rows: 1 }],
    regime: '1k',
    steps: 5,
    hours: 0.1,
    hardware: 'one core',
    seed: 0,
    commit: 'abc',
    parameters: 7,
    scores: [
      { data: 'a', n: 1, max_steps: 16, raw_exact: 0.5, solved: 1, wrong: 0, date: '2026-01-01', engine: 'wasm' },
    ],
    notes: 'none',
  }

  it('keeps unknown keys', () => {
    const more = { ...card, extra: { a: [1] } }
    expect(parseCard(JSON.stringify(more))).toEqual(more)
  })

  it('needs a name only', () => {
    expect(parseCard('{"name":"x"}')).toEqual({ name: 'x' })
    expectHrmError(() => parseCard('{}'), 'weights_config', 'hrm.card.name: Invalid input: expected string')
    expectHrmError(() => parseCard('{"name":""}'), 'weights_config', 'hrm.card.name: Too small')
    expectHrmError(() => parseCard('{"name":"\\u001b[31mred"}'), 'weights_config', 'hrm.card.name: Invalid')
    expectHrmError(() => parseCard(undefined), 'weights_config', '__metadata__ has no hrm.card')
  })

  it.each([
    ['license', 1],
    ['data', {}],
    ['data.0.source', [{ name: 'x' }]],
    ['steps', '5'],
    ['steps', 1.5],
    ['scores.0.n', [{ data: 'x' }]],
    ['scores.0.max_steps', [{ ...card.scores[0], max_steps: 1.5 }]],
    ['scores.0.mean_steps', [{ ...card.scores[0], mean_steps: '5' }]],
    ['scores.0.solved_within.64', [{ ...card.scores[0], solved_within: { 64: '1' } }]],
    ['notes', null],
  ])('checks %s', (path, value) => {
    const [field] = path.split('.')
    expectHrmError(() => parseCard(JSON.stringify({ ...card, [field]: value })), 'weights_config', `hrm.card.${path}: `)
  })

  it('lets no __proto__ through to what people see', () => {
    const forged = '{"name":"x","__proto__":{"license":"forged"}}'
    expectHrmError(() => parseCard(forged), 'weights_config', 'hrm.card has the key "__proto__"')
  })

  it('refuses a key given twice', () => {
    expectHrmError(
      () => parseCard('{"name":"x","name":"y"}'),
      'weights_duplicate_key',
      'hrm.card has the key "name" twice',
    )
  })
})
