import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { EASY } from './boards.ts'
import { hrm, startHrm } from './hrm.ts'

test('serves the API until it is told to stop, then exits 0', async () => {
  const child = startHrm(['serve', '--port', '0'])
  const exit = new Promise((resolve) => child.on('close', resolve))
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stderr!.setEncoding('utf8').on('data', (text) => {
        said += text
        const match = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)
        if (match) resolve(match[1])
      })
      child.on('close', () => reject(new Error(`ended before it listened: ${said}`)))
    })
    const response = await fetch(`http://127.0.0.1:${port}/v1/solve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', board: EASY[0].question }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'solved', solution: EASY[0].answer })
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toMatch(/^<!doctype html>/i)
  } finally {
    child.kill('SIGTERM')
  }
  expect(await exit).toBe(0)
})

test('a taken port is bad usage', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const run = await hrm(['serve', '--port', String(port)])
  other.close()
  expect(run).toEqual({ code: 2, stdout: '', stderr: `hrm: port ${port} is taken [usage]\n` })
})
