import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CANDIDATES, LEARNED, MAZE, OFFICIAL } from '../tests/helpers/configs.ts'
import { expectHrmRejection } from '../tests/helpers/errors.ts'
import { draftOf, tinyFile, writeFile } from '../tests/helpers/weights-file.ts'
import { HRM_ERROR_CODES } from './errors.ts'
import { createSolver, HrmError } from './index.ts'
import { compileKernels } from './wasm/index.ts'
import { webgpu } from './webgpu/node.ts'

describe('createSolver', () => {
  it('reads what ships by default', async () => {
    const progress: number[] = []
    const solver = await createSolver({ onProgress: ({ loaded }) => progress.push(loaded) })
    expect(solver.task).toBe('sudoku')
    expect(solver.model.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(solver.model.bytes).toBe(progress.at(-1))
    expect(solver.backend).toBe('wasm')
    solver.dispose()
  })

  it.each(['reference', 'wasm'] as const)('runs any weights file on %s', async (backend) => {
    const cases = [
      { config: CANDIDATES, board: '1...............' },
      { config: OFFICIAL, board: '1...............' },
      { config: LEARNED, board: '#a.b..a#b.' },
    ]
    for (const { config, board } of cases) {
      const solver = await createSolver({ weights: tinyFile(config), backend, slots: 1 })
      expect([solver.task, solver.backend]).toEqual([config.task.name, backend])
      const { steps, model } = await solver.solve(board, { maxSteps: 3 })
      expect(steps).toBeLessThanOrEqual(3)
      expect(model).toBe('tiny')
      solver.dispose()
    }
  })

  it('has as many slots as there is memory for, unless it was given a number', async () => {
    const task = { ...MAZE.task, rows: 256, cols: 256 }
    const weights = tinyFile({ ...MAZE, hidden_size: 160, seq_len: 256 * 256, task })
    const solver = await createSolver({ weights })
    solver.dispose()
    await expectHrmRejection(createSolver({ weights, slots: 8 }), 'engine_unavailable', 'for 8 slots, more than 1 GiB')
  })

  it('knows the backend as engine too', async () => {
    const weights = tinyFile(CANDIDATES)
    const solver = await createSolver({ weights, engine: 'reference' })
    expect(solver.backend).toBe('reference')
    await expectHrmRejection(createSolver({ weights, engine: 'cuda' as never }), 'option_invalid', '"cuda"')
  })

  it('refuses options that contradict each other', async () => {
    const weights = tinyFile(CANDIDATES)
    const contradicting: [object, RegExp][] = [
      [{ backend: 'wasm', engine: 'reference' }, /backend is "wasm" and engine, another name of it, "reference"/],
      [{ backend: 'wasm', engine: 'cuda' }, /engine is "cuda", not wasm, webgpu, reference or auto/],
      [{ backend: 'wasm', webgpu: webgpu() }, /webgpu is of no use with backend "wasm"/],
      [{ engine: 'reference', webgpu: webgpu() }, /webgpu is of no use with backend "reference"/],
      [{ onFallback: 5 }, /onFallback must be a function/],
    ]
    for (const [options, message] of contradicting) {
      await expectHrmRejection(createSolver({ weights, ...options }), 'option_invalid', message)
    }
    const solver = await createSolver({ weights, backend: 'reference', engine: 'reference' })
    expect(solver.backend).toBe('reference')
    solver.dispose()
  })

  it('refuses what it cannot do, by code', async () => {
    const weights = tinyFile(CANDIDATES)
    await expectHrmRejection(createSolver({ task: 'chess' }), 'task_unknown', '"chess"')
    await expectHrmRejection(createSolver({ weights, task: 'maze' }), 'task_mismatch')
    await expectHrmRejection(createSolver({ weights, slots: 0 }), 'option_invalid', 'slots is 0')
    await expectHrmRejection(
      createSolver({ weight: weights } as never),
      'option_invalid',
      'there is no option "weight"',
    )
    await expectHrmRejection(createSolver({ weights, backend: 'cuda' as never }), 'option_invalid', '"cuda"')
    await expectHrmRejection(createSolver({ weights, backend: 'webgpu' }), 'engine_unavailable')
    await expectHrmRejection(createSolver({ weights: 'no-such-file' }), 'weights_fetch', 'no-such-file')
    await expectHrmRejection(createSolver({ weights, signal: AbortSignal.abort() }), 'aborted')
    await expectHrmRejection(createSolver({ weights: new Uint8Array(7) }), 'weights_truncated')
  })

  it('stops at once when it is aborted, also while the kernels are downloaded', async () => {
    const server = createServer(() => {}) // takes every request, answers none
    onTestFinished(() => void server.closeAllConnections())
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const slow = `http://127.0.0.1:${(server.address() as AddressInfo).port}/kernels.wasm`
    const kernels = { relaxed: slow, simd128: slow }
    const controller = new AbortController()
    const { signal } = controller
    const calls = [createSolver({ kernels, signal }), compileKernels(kernels, { signal })]
    const failures = calls.map((call) =>
      expectHrmRejection(call, 'aborted', /loading the (solver|kernels) was aborted/),
    )
    const sockets = await new Promise<Set<Socket>>((resolve) => {
      const open = new Set<Socket>()
      server.on('request', ({ socket }) => open.add(socket).size === calls.length && resolve(open))
    })
    const closed = [...sockets].map((socket) => once(socket, 'close'))
    controller.abort('enough')
    for (const { cause } of await Promise.all(failures)) expect(cause).toBe('enough')
    await Promise.all(closed)
  })

  it('refuses a vocabulary that no Sudoku can be written in', async () => {
    const symbols = ['', ' ', '1', '2', '3', '4']
    const draft = draftOf({ ...OFFICIAL, task: { ...OFFICIAL.task, symbols } })
    await expectHrmRejection(createSolver({ weights: writeFile(draft) }), 'weights_config', 'needs the symbol "."')
  })
})

describe('HrmError', () => {
  it('carries code, cells and cause', () => {
    const cause = new Error('x')
    const cells = [{ index: 1, row: 0, column: 1 }]
    const error = new HrmError('board_symbol', 'message', { cause, cells })
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.code, error.message, error.cause, error.cells]).toEqual([
      'HrmError',
      'board_symbol',
      'message',
      cause,
      cells,
    ])
    expect('cause' in new HrmError('usage', 'x')).toBe(false)
  })

  it('has every code once', () => {
    expect(new Set(HRM_ERROR_CODES).size).toBe(HRM_ERROR_CODES.length)
  })
})
