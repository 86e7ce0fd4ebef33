import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CANDIDATES, LEARNED, OFFICIAL } from '../../tests/helpers/configs.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { describeModel } from './model-info.ts'
import { readModel } from './read-model.ts'

describe('describeModel', () => {
  it('shows name, size, hash, config and card', () => {
    const model = tinyModel(CANDIDATES)
    const info = describeModel({ model, sha256: 'abc' })
    expect(info).toMatchObject({
      name: 'tiny',
      bytes: model.bytes,
      sha256: 'abc',
      config: CANDIDATES,
      card: { name: 'tiny' },
    })
  })

  it('gives what it shows away: what is written into it changes no model', () => {
    const model = tinyModel(CANDIDATES)
    const info = describeModel({ model, sha256: '' })
    Object.assign(info.config.task, { rows: 3 })
    Object.assign(info.card, { name: 'mine' })
    expect([model.config, model.card.name]).toEqual([CANDIDATES, 'tiny'])
  })

  it('counts what was trained: matrices, embeddings, biases and heads', () => {
    // 3 layers of (48 * 16 + 16 * 16 + 48 * 16 + 16 * 24), 3 embeddings, lm_head and q_head of 16, one q bias.
    expect(describeModel({ model: tinyModel(CANDIDATES), sha256: '' }).parameters).toBe(3 * 2176 + 3 * 16 + 16 + 16 + 1)
    const biased = tinyModel({ ...CANDIDATES, list_bias: true })
    expect(describeModel({ model: biased, sha256: '' }).parameters).toBe(3 * (2176 + 4 * 4) + 3 * 16 + 16 + 16 + 1)
    // 2 layers of (48 * 16 + 16 * 16 + 64 * 16 + 16 * 32), 6 embeddings, 3 x 2 puzzle rows, 6 outputs, 2 q outputs.
    expect(describeModel({ model: tinyModel(OFFICIAL), sha256: '' }).parameters).toBe(
      2 * 2560 + (6 + 6 + 6 + 2) * 16 + 2,
    )
    // 2 layers of (36 * 12 + 12 * 12 + 40 * 12 + 12 * 20), 5 + 11 + 1 + 5 + 2 rows of 12, two q biases.
    expect(describeModel({ model: tinyModel(LEARNED), sha256: '' }).parameters).toBe(2 * 1296 + 24 * 12 + 2)
  })

  it('agrees with the card of the weights that ship', () => {
    const model = readModel(readFileSync(new URL('../../model/weights/sudoku.safetensors', import.meta.url)))
    expect(describeModel({ model, sha256: '' }).parameters).toBe(model.card.parameters)
  })
})
