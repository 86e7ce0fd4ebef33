import { expect, test } from 'vitest'
import { createClient } from './index.ts'

test.each(['aborted', 'disposed', 'network'])('%s over there is not taken for what this side did', async (code) => {
  const document = { title: 'The solver is shutting down', status: 503, detail: 'no', code }
  const headers = { 'Content-Type': 'application/problem+json' }
  const fetch = async () => new Response(JSON.stringify(document), { status: 503, headers })
  const client = createClient('http://localhost', { fetch })
  const problem = expect.objectContaining({ code })
  const failure = { name: 'HrmHttpError', code: 'http_problem', status: 503, problem }
  await expect(client.solve('sudoku', '')).rejects.toMatchObject(failure)
})

test('tells which board of a batch is to blame, as the solver does', async () => {
  const document = { title: 'No such board', status: 422, detail: 'board 2: too short', code: 'board_length', board: 1 }
  const headers = { 'Content-Type': 'application/problem+json' }
  const fetch = async () => new Response(JSON.stringify(document), { status: 422, headers })
  const client = createClient('http://localhost', { fetch })
  await expect(client.solveBatch('sudoku', ['', ''])).rejects.toMatchObject({ code: 'board_length', board: 1 })
})
