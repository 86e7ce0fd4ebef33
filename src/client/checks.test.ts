import { expect, test, vi } from 'vitest'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { type Client, createClient } from './index.ts'

const URL_OF = 'http://localhost'

/** A client that notes what it sends, each time answered with this. */
function clientThatNotes(answer: object = { results: [], models: [], tasks: [] }) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json(answer))
  const bodies = () => fetch.mock.calls.map(([, init]) => JSON.parse(String(init?.body)))
  const asked = () => fetch.mock.calls.map(([url, init]) => `${init?.method} ${String(url).slice(URL_OF.length)}`)
  return { client: createClient(URL_OF, { fetch }), fetch, bodies, asked }
}

/** Every call, with these options. */
const CALLS: Record<string, (client: Client, options: never) => Promise<unknown>> = {
  solve: (client, options) => client.solve('sudoku', 'B', options),
  steps: (client, options) => client.steps('sudoku', 'B', options).next(),
  solveBatch: (client, options) => client.solveBatch('sudoku', ['B'], options),
  submitJob: (client, options) => client.submitJob('sudoku', ['B'], options),
  job: (client, options) => client.job('x', options),
  waitForJob: (client, options) => client.waitForJob('x', options),
  jobResults: (client, options) => client.jobResults('x', options).next(),
  cancelJob: (client, options) => client.cancelJob('x', options),
  models: (client, options) => client.models(options),
  tasks: (client, options) => client.tasks(options),
}

const WRONG: [unknown, string][] = [
  [null, 'the options are null'],
  ['signal', 'the options are string'],
  [{ singal: new AbortController().signal }, 'there is no option "singal"'],
  [{ signal: {} }, 'signal must be an AbortSignal'],
  [{ signal: null }, 'signal must be an AbortSignal'],
  [{ method: 'DELETE' }, 'there is no option "method"'],
  [{ board: 'other', task: 'maze' }, 'there is no option "board"'],
]

test.each(Object.entries(CALLS))('%s rejects wrong options, and sends nothing', async (_, call) => {
  const { client, fetch } = clientThatNotes()
  for (const [options, message] of WRONG) {
    await expectHrmRejection(call(client, options as never), 'option_invalid', message)
  }
  expect(fetch).not.toHaveBeenCalled()
})

test.each(Object.entries(CALLS))('%s hears a signal, also where fetch does not', async (_, call) => {
  const { client, fetch } = clientThatNotes()
  await expectHrmRejection(call(client, { signal: AbortSignal.abort() } as never), 'aborted')
  expect(fetch).not.toHaveBeenCalled()
})

test.each(Object.entries(CALLS))('%s takes options that are undefined', async (_, call) => {
  const { client, fetch } = clientThatNotes({ state: 'done', results: [], models: [], tasks: [] })
  await call(client, { signal: undefined, board: undefined } as never).catch(({ code }) => expect(code).toBe('network'))
  expect(fetch).toHaveBeenCalledTimes(1)
})

test('a misspelt budget is named, and so are the options that there are', async () => {
  const { client } = clientThatNotes()
  const options = { maxStep: 3 } as never
  const message = 'there is no option "maxStep"; there are maxSteps, seed, signal'
  await expectHrmRejection(client.solve('sudoku', 'B', options), 'option_invalid', message)
})

test('no option takes the place of an argument', async () => {
  const { client, bodies, asked } = clientThatNotes()
  class Settings {
    maxSteps = 5
    seed = undefined
    get board() {
      return 'other'
    }
  }
  const options = Object.assign(new Settings(), { task: undefined, boards: undefined })
  await client.solve('sudoku', 'B', options)
  await client.solveBatch('sudoku', ['B'], options)
  expect(bodies()).toEqual([
    { task: 'sudoku', board: 'B', maxSteps: 5 },
    { task: 'sudoku', boards: ['B'], maxSteps: 5 },
  ])
  await client.submitJob('sudoku', ['B'], options)
  expect(asked().at(-1)).toBe('POST /v1/jobs?task=sudoku&maxSteps=5')
})

const INTERVALS = [Number.POSITIVE_INFINITY, 3e9, Number.NaN, -5, 0, 0.5, '5s', null]

test.each(INTERVALS)('no job is looked at every %s milliseconds', async (intervalMs) => {
  const { client, fetch } = clientThatNotes({ state: 'running' })
  const waiting = client.waitForJob('x', { intervalMs: intervalMs as number, signal: AbortSignal.timeout(100) })
  await expectHrmRejection(waiting, 'option_invalid', 'intervalMs')
  expect(fetch).not.toHaveBeenCalled()
})

test('whoever waits for a job is told that onProgress is no function', async () => {
  const { client } = clientThatNotes({ state: 'done' })
  await expectHrmRejection(client.waitForJob('x', { onProgress: 5 as never }), 'option_invalid', 'onProgress')
})

test.each(['\ud800', Symbol('id'), undefined, 5])('the id %o is refused by a promise', async (id) => {
  const { client, fetch } = clientThatNotes()
  const calls = [client.job, client.cancelJob, client.waitForJob, (id: string) => client.jobResults(id).next()]
  for (const call of calls) await expectHrmRejection(call(id as string), 'option_invalid')
  expect(fetch).not.toHaveBeenCalled()
})

const NOT_BOARDS: [unknown, string][] = [
  [{ csv: 'a', jsonl: 'b' }, 'both csv and jsonl'],
  [{}, 'neither csv nor jsonl'],
  [{ cvs: 'a' }, 'there is no option "cvs"'],
  ['B', 'the boards are string'],
  [undefined, 'the boards are undefined'],
]

test.each(NOT_BOARDS)('a job of %o is refused', async (boards, message) => {
  const { client, fetch } = clientThatNotes()
  await expectHrmRejection(client.submitJob('sudoku', boards as never), 'option_invalid', message)
  expect(fetch).not.toHaveBeenCalled()
})

test.each([
  [null, 'the options are null'],
  [{ apikey: 'secret' }, 'there is no option "apikey"; there are fetch, apiKey'],
  [{ fetch: 5 }, 'fetch must be a function'],
  [{ apiKey: 5 }, 'apiKey must be a string'],
  [{ apiKey: Symbol('secret') }, 'apiKey must be a string'],
])('a client with the options %o is refused', (options, message) => {
  expectHrmError(() => createClient(URL_OF, options as never), 'option_invalid', message)
})
