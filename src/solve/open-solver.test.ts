import { expect, it } from 'vitest'
import { CANDIDATES, GRID_LISTS } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import type { Engines } from '../engines/create-engine.ts'
import type { Geometry } from '../engines/engine.ts'
import type { LoadedModel } from '../weights/load-model.ts'
import { openSolver } from './open-solver.ts'

const loaded: LoadedModel = { model: tinyModel(CANDIDATES), sha256: '' }

function watched(create: Engines['create']) {
  const engines = { create, released: 0, release: () => void engines.released++ }
  return engines
}

const good: Engines['create'] = (options) => fakeEngine(options, () => {})

it('lets go of the engines where no solver comes of them', async () => {
  const broken = watched(() => {
    throw new Error('no engine')
  })
  await expect(openSolver(Promise.resolve(loaded), Promise.resolve(broken), 1)).rejects.toThrow('no engine')
  expect(broken.released).toBe(1)

  // Also of those that are ready only after the weights have failed.
  const late = watched(good)
  const opening = Promise.withResolvers<Engines>()
  await expect(openSolver(Promise.reject(new Error('no weights')), opening.promise, 1)).rejects.toThrow('no weights')
  opening.resolve(late)
  await opening.promise
  expect(late.released).toBe(1)
})

it('ends the wait for engines that never come when it is aborted, and lets go of them', async () => {
  const late = watched(good)
  const opening = Promise.withResolvers<Engines>()
  const abort = new AbortController()
  const failure = expectHrmRejection(
    openSolver(Promise.resolve(loaded), opening.promise, 1, abort.signal),
    'aborted',
    'loading the solver',
  )
  abort.abort()
  await failure
  opening.resolve(late)
  await opening.promise
  expect(late.released).toBe(1)
})

it('fails with what the engines fail with, and keeps those of a solver until it is disposed', async () => {
  await expect(openSolver(Promise.resolve(loaded), Promise.reject(new Error('no GPU')), 1)).rejects.toThrow('no GPU')
  const engines = watched(good)
  const { solver } = await openSolver(Promise.resolve(loaded), Promise.resolve(engines), 1)
  expect(engines.released).toBe(0)
  solver.dispose()
  expect(engines.released).toBe(1)
})

it.each([
  ['a Sudoku', CANDIDATES, '.'.repeat(16)],
  ['a grid', GRID_LISTS, '.'.repeat(12)],
])('builds the lists of the trained board once: %s', async (_, config, board) => {
  let used: Geometry | undefined
  const engines = watched((options) => {
    used = options.geometry
    return good(options)
  })
  const model = Promise.resolve({ model: tinyModel(config), sha256: '' })
  const { solver, task } = await openSolver(model, Promise.resolve(engines), 1)
  expect(used?.tables.length).toBe(config.num_heads)
  expect(task.geometry(task.parse(board))).toBe(used)
  solver.dispose()
})
