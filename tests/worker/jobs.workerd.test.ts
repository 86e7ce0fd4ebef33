// Bulk jobs in workerd, on wrangler's R2, queues and Durable Objects.
import { describe, expect, test } from 'vitest'
import { createSolver } from '../../src/index.ts'
import { createApp } from '../../worker/app.ts'
import { lazySolver } from '../../worker/service.ts'
import { CONFLICT, EASY, EASY_SOLUTION, IMPOSSIBLE } from './boards.ts'
import {
  begin,
  easyBoard,
  easySolution,
  ended,
  fetchPath,
  jsonl,
  keysOf,
  platform,
  resultsOf,
  submit,
} from './job-support.ts'

/** Two boards a chunk. */
const SMALL_CHUNKS = { query: 'task=sudoku&maxSteps=768&seed=3' }

describe('solves', () => {
  test('many chunks, and gives the results in the order of the boards', async () => {
    const boards = Array.from({ length: 30 }, (_, i) => easyBoard(i))
    const job = await begin(jsonl(boards), SMALL_CHUNKS)
    expect(job).toMatchObject({ state: 'running', boards: 30, solved: 0, maxSteps: 768, seed: 3, endedAt: null })
    const done = await ended(job.id)
    expect(done).toMatchObject({ state: 'done', boards: 30, solved: 30, unsolved: 0, failed: 0, failures: [] })
    const results = await resultsOf(job.id)
    expect(results.map(({ index, board, solution }) => [index, board, solution])).toEqual(
      boards.map((board, i) => [i, board, easySolution(i)]),
    )
    expect(results.reduce((sum, { steps }) => sum + steps, 0)).toBe(done.steps)
    expect((await platform.ledger(job.id).chunks()).length).toBe(15)
  })

  test('boards that /metrics counts', async () => {
    const counted = async () => {
      const metrics = await (await fetchPath('/metrics')).text()
      return Number(/^hrm_boards_solved_total\{task="sudoku",.*\} (\d+)$/m.exec(metrics)?.[1] ?? 0)
    }
    const before = await counted()
    await ended((await begin(jsonl([easyBoard(0), easyBoard(1)]))).id)
    await expect.poll(counted).toBeGreaterThanOrEqual(before + 2)
  })

  test('boards of every size, fewer large ones a chunk', async () => {
    const large = `.${Array.from({ length: 256 }, (_, i) => {
      const row = i >> 4
      return '123456789ABCDEFG'[(4 * (row % 4) + (row >> 2) + i) % 16]
    })
      .join('')
      .slice(1)}`
    const boards = [large, large, EASY, ...Array<string>(12).fill('1234341221434...')]
    const job = await begin(jsonl(boards), { query: 'task=sudoku&maxSteps=182' })
    const chunks = await platform.ledger(job.id).chunks()
    // of the 1536 that a chunk may cost each large board takes 1023, the others 182 and 16
    expect(chunks.map((chunk) => chunk.boards)).toEqual([1, 14])
    expect(await ended(job.id)).toMatchObject({ solved: 15, failed: 0 })
  })

  test('a CSV, and answers with one', async () => {
    const csv = `source,question,answer\r\na,${EASY},\r\n"b, c",${IMPOSSIBLE},x\r\n`
    const job = await begin(csv, { type: 'text/csv; charset=utf-8', query: 'task=sudoku&maxSteps=4' })
    expect(await ended(job.id)).toMatchObject({ state: 'done', solved: 1, unsolved: 1 })
    const response = await fetchPath(`/v1/jobs/${job.id}/results`, { headers: { Accept: 'text/csv' } })
    expect(response.headers.get('Content-Type')).toBe('text/csv')
    const [header, first, second, rest] = (await response.text()).split('\r\n')
    expect(header).toBe('index,board,status,solution,steps,attempts,verified,model')
    expect(first).toMatch(new RegExp(`^0,${EASY},solved,${EASY_SOLUTION},\\d+,1,true,sudoku-`))
    expect(second).toMatch(/^1,[\d.]{81},unsolved,,4,\d+,false,sudoku-/)
    expect(rest).toBe('')
  })

  test('objects, strings and boards on several lines, with the answers of /v1/solve', async () => {
    const pretty = EASY.replace(/.{9}/g, '$&\n')
    const lines = `\ufeff${JSON.stringify({ board: EASY })}\n\n${JSON.stringify(pretty)}`
    const job = await begin(lines, { type: 'application/x-ndjson', query: 'task=sudoku&maxSteps=64&seed=5' })
    await ended(job.id)
    const single = await fetchPath('/v1/solve', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', board: EASY, maxSteps: 64, seed: 5 }),
    })
    const { task: _, ...answer } = (await single.json()) as { task: string }
    expect(await resultsOf(job.id)).toEqual([
      { index: 0, board: EASY, ...answer },
      { index: 1, board: pretty, ...answer },
    ])
  })

  test('a file of several parts is stored so that every chunk is found again', async () => {
    // boards spread out with spaces: 1,500 characters each, 12 MB in all
    const board = (i: number) => [...easyBoard(i)].join(' '.repeat(17))
    const count = 8000
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === count) controller.close()
        else controller.enqueue(new TextEncoder().encode(jsonl([board(sent++)])))
      },
    })
    const job = await begin(body, { query: 'task=sudoku&maxSteps=1' })
    await fetchPath(`/v1/jobs/${job.id}`, { method: 'DELETE' })
    expect(job.boards).toBe(count)
    const chunks = await platform.ledger(job.id).chunks()
    expect(chunks.reduce((sum, { boards }) => sum + boards, 0)).toBe(count)
    expect(chunks.at(-1)!.offset).toBeGreaterThan(2 * 5 * 1024 * 1024)
  })
})

describe('refuses', () => {
  const bad = async (response: Response | Promise<Response>) => {
    const { status, headers } = await response
    expect(headers.get('Content-Type')).toBe('application/problem+json')
    return { ...((await (await response).json()) as object), status }
  }

  test.each<[string, BodyInit, string, object]>([
    ['a board that breaks a rule', jsonl([EASY, EASY, CONFLICT]), 'jsonl', { code: 'board_conflict', line: 3 }],
    ['a board of wrong length', `question\n${EASY}\n123\n`, 'csv', { code: 'board_length', line: 3 }],
    ['an overlong board', jsonl(['.'.repeat(2116)]), 'jsonl', { code: 'board_length', line: 1 }],
    ['an unknown symbol', jsonl([EASY, `x${EASY.slice(1)}`]), 'jsonl', { code: 'board_symbol', line: 2 }],
    ['what is not JSON', `${jsonl([EASY])}{`, 'jsonl', { code: 'data_invalid', line: 2 }],
    ['a number', '\n\n5', 'jsonl', { code: 'data_invalid', line: 3 }],
    ['an unknown key', `{"board":"${EASY}","seed":1}`, 'jsonl', { code: 'data_invalid', line: 1 }],
    ['deep JSON', '['.repeat(60_000), 'jsonl', { code: 'data_invalid', line: 1 }],
    ['an endless line', ' '.repeat(70_000), 'jsonl', { code: 'data_invalid', line: 1 }],
    ['bad UTF-8', Uint8Array.of(0x0a, 0x22, 0xff, 0x22), 'jsonl', { code: 'data_invalid', line: 2 }],
    [
      'bad UTF-8 far down',
      new Blob([`question\n${`${EASY}\n`.repeat(600)}`, Uint8Array.of(0xff)]),
      'csv',
      { code: 'data_invalid', line: 602 },
    ],
    ['UTF-8 that is cut short', Uint8Array.of(0x22, 0xc3), 'jsonl', { code: 'data_invalid', line: 1 }],
    ['a CSV without the column', `a,b\n${EASY},1\n`, 'csv', { code: 'data_invalid', line: 1 }],
    ['a CSV row that is too long', `question\n${EASY},1\n`, 'csv', { code: 'data_invalid', line: 2 }],
    ['a CSV with a stray quote', `question\n1"2\n`, 'csv', { code: 'data_invalid', line: 2 }],
    ['a CSV with text after a quote', `question\n"1"2\n`, 'csv', { code: 'data_invalid', line: 2 }],
    ['a CSV with an open quote', `question\n${EASY}\n"1\n`, 'csv', { code: 'data_invalid', line: 3 }],
    ['no boards', 'question\n', 'csv', { code: 'data_invalid' }],
    ['nothing', '', 'jsonl', { code: 'data_invalid' }],
  ])('%s', async (_, body, format, problem) => {
    const before = await keysOf('jobs/')
    const type = format === 'csv' ? 'text/csv' : 'application/jsonl'
    expect(await bad(submit(body, { type }))).toMatchObject({ status: 422, ...problem })
    expect(await keysOf('jobs/')).toEqual(before)
  })

  test('more boards than the steps of a job allow', async () => {
    const body = `${JSON.stringify(EASY)}\n`.repeat(6251)
    const problem = await bad(submit(body, { query: 'task=sudoku&maxSteps=1024' }))
    expect(problem).toMatchObject({ status: 422, code: 'data_invalid', line: 6251 })
  })

  test('a larger board sooner, as it takes longer', async () => {
    const large = '.'.repeat(256)
    const query = 'task=sudoku&maxSteps=182'
    // a step on 16x16 counts 4096/729: 6258 boards
    expect(await bad(submit(jsonl(Array(6259).fill(large)), { query }))).toMatchObject({
      code: 'data_invalid',
      line: 6259,
    })
    const over = await bad(submit(jsonl([EASY, large]), { query: 'task=sudoku&maxSteps=183' }))
    expect(over).toMatchObject({ status: 422, code: 'option_invalid', line: 2, errors: [{ pointer: '/maxSteps' }] })
  })

  test('a file that is too large, whatever its length was said to be', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1 << 20
        controller.enqueue(new Uint8Array(1 << 20).fill(0x0a))
      },
    })
    expect(await bad(submit(endless))).toMatchObject({ status: 413, code: 'body_too_large' })
    expect(sent).toBeLessThan(80 << 20)
  })

  test('a file that does not come on', async () => {
    const still = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(jsonl([EASY]))),
    })
    const solvers = new Map([['sudoku', lazySolver(() => createSolver({ task: 'sudoku' }))]])
    const limits = { uploadPace: { bytesPerSecond: 1024, patienceMs: 500, totalMs: 60_000 } } // instead of 20 s
    const app = createApp({ solvers, limits, jobs: () => platform, log: () => {} })
    const headers = { 'Content-Type': 'application/jsonl' }
    const response = app.request('/v1/jobs?task=sudoku', { method: 'POST', headers, body: still })
    expect(await bad(response)).toMatchObject({ status: 408, code: 'request_timeout' })
  })

  test.each([
    ['an unknown task', 'task=chess', 'task_unknown'],
    ['no task', '', 'request_invalid'],
    ['an unknown parameter', 'task=sudoku&steps=4', 'request_invalid'],
    ['no steps', 'task=sudoku&maxSteps=0', 'option_invalid'],
    ['words for steps', 'task=sudoku&maxSteps=many', 'option_invalid'],
    ['too many steps', 'task=sudoku&maxSteps=1025', 'option_invalid'],
    ['steps in hexadecimal', 'task=sudoku&maxSteps=0x10', 'option_invalid'],
    ['steps after a space', 'task=sudoku&maxSteps=%2010', 'option_invalid'],
    ['an empty seed', 'task=sudoku&seed=', 'option_invalid'],
    ['a seed beyond exact integers', 'task=sudoku&seed=9007199254740992', 'option_invalid'],
  ])('%s', async (_, query, code) => {
    expect(await bad(submit(jsonl([EASY]), { query }))).toMatchObject({ status: 422, code })
  })

  test('other media types, and compressed bodies', async () => {
    const json = await submit(jsonl([EASY]), { type: 'application/json' })
    expect(json.headers.get('Accept')).toContain('text/csv')
    expect(await bad(json)).toMatchObject({ status: 415, code: 'media_type_unsupported' })
    const headers = { 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' }
    const zipped = fetchPath('/v1/jobs?task=sudoku', { method: 'POST', headers, body: 'x' })
    expect(await bad(zipped)).toMatchObject({ status: 415 })
  })

  test('jobs that are not there', async () => {
    for (const path of [crypto.randomUUID(), 'nothing', '%00', `${crypto.randomUUID()}/results`]) {
      expect(await bad(fetchPath(`/v1/jobs/${path}`))).toMatchObject({ status: 404, code: 'job_unknown' })
    }
    expect(await bad(fetchPath(`/v1/jobs/${crypto.randomUUID()}`, { method: 'DELETE' }))).toMatchObject({ status: 404 })
    const list = await fetchPath('/v1/jobs')
    expect(list.headers.get('Allow')).toBe('POST, OPTIONS')
    expect(await bad(list)).toMatchObject({ status: 405 })
  })
})
