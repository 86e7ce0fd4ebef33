import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BOARD, problemOf } from '../../test-support.ts'
import { appOn, jobsFolder } from './local-jobs-test-support.ts'

const folder = jobsFolder()

/** Begins to send a file, and leaves it to be ended. */
function upload({ app }: Pick<ReturnType<typeof appOn>, 'app'>, from: Record<string, string> = {}) {
  let end = () => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`${JSON.stringify(BOARD)}\n`))
      end = () => controller.close()
    },
  })
  const init = { method: 'POST', headers: { 'Content-Type': 'application/jsonl', ...from }, body, duplex: 'half' }
  return { response: Promise.resolve(app.request('/v1/jobs?task=sudoku', init)), end }
}

test('one caller has half of the places for files at most, the rest is for others', async () => {
  const on = appOn(folder.dir, {}, { maxUploads: 3 })
  const one = { 'CF-Connecting-IP': '192.0.2.1' }
  const other = { 'CF-Connecting-IP': '192.0.2.2' }
  const uploads = [upload(on, one), upload(on, one)]
  await on.inFlight(2, 'uploads')
  const refused = await upload(on, one).response
  expect(await problemOf(refused)).toMatchObject({
    code: 'overloaded',
    detail: expect.stringContaining('of one caller'),
  })
  uploads.push(upload(on, other))
  for (const { end } of uploads) end()
  for (const { response } of uploads) expect((await response).status).toBe(202)
  const again = upload(on, one)
  again.end()
  expect((await again.response).status).toBe(202)
})

test('no more files at once than there are places, and a place comes back', async () => {
  const { app, begin, inFlight } = appOn(folder.dir)
  const uploads = Array.from({ length: 4 }, () => upload({ app }))
  await inFlight(4, 'uploads')
  const refused = await app.request('/v1/jobs?task=sudoku', { method: 'POST', headers: { 'Content-Type': 'text/csv' } })
  expect(refused.headers.get('Retry-After')).toBe('1')
  expect(await problemOf(refused)).toMatchObject({ status: 503, detail: expect.stringContaining('4 uploads') })
  for (const { end } of uploads) end()
  for (const { response } of uploads) expect((await response).status).toBe(202)
  await begin([BOARD])
})

test('a file that comes too slowly is refused and its place is free, one that keeps the pace is taken in', async () => {
  const { app } = appOn(folder.dir, {}, { uploadPace: { bytesPerSecond: 1000, patienceMs: 500, totalMs: 60_000 } })
  const row = new TextEncoder().encode(`${JSON.stringify(BOARD)}\n`)
  const much = new TextEncoder().encode(`${JSON.stringify(BOARD)}\n`.repeat(20))
  const begin = () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const init = { method: 'POST', headers: { 'Content-Type': 'application/jsonl' }, body: readable, duplex: 'half' }
    const response = Promise.resolve(app.request('/v1/jobs?task=sudoku', init))
    return { response, writer: writable.getWriter() }
  }
  const [fast, still, ...slow] = Array.from({ length: 4 }, begin)
  const drip = setInterval(() => {
    for (const { writer } of slow) writer.write(row.subarray(0, 1)).catch(() => {})
  }, 50)
  // far more than the pace, which it would fall behind else where a busy machine lets it write late
  const pour = setInterval(() => fast.writer.write(much), 40)
  try {
    for (const { response } of [still, ...slow]) {
      expect(await problemOf(await response)).toMatchObject({ status: 408, code: 'request_timeout' })
    }
    const late = begin()
    await late.writer.write(row)
    await late.writer.close()
    expect((await late.response).status).toBe(202)
  } finally {
    clearInterval(drip)
    clearInterval(pour)
  }
  await fast.writer.close()
  expect((await fast.response).status).toBe(202)
  const left = (await readdir(join(folder.dir, 'jobs'))).length
  expect(left).toBe(2)
})
