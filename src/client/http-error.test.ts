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
