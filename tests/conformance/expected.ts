import expected from './expected.json' with { type: 'json' }

/** Boards that every `npm test` compares; `npm run conformance` takes the larger number. */
export type BoardCount = keyof typeof expected

/** Hash of the logits of so many boards with the weights of model.ts, as tests/conformance/write.ts wrote it. */
export const expectedHash = (boards: BoardCount): string => expected[boards]
