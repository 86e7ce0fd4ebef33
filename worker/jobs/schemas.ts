import { z } from '@hono/zod-openapi'
import type { Limits } from '../limits.ts'
import { largerBoards, problemCode, solution, solveFields } from '../schemas.ts'

/**
 * An integer in a query, as digits alone: `z.coerce` would also read an empty string, spaces and hexadecimal. So many
 * digits that they make Infinity are too big, and not of another type. What reads it cannot be looked into, so its bounds
 * are declared apart.
 */
const integer = (minimum: number, maximum: number, otherwise: number, description: string) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Math.min(Number(value), 2 ** 53) : value),
      z
        .int({
          error: ({ code }) => (code === 'invalid_type' ? 'must be an integer, once, as digits alone' : undefined),
        })
        .min(minimum)
        .max(maximum),
    )
    .default(otherwise)
    .openapi({ type: 'integer', minimum, maximum, default: otherwise, description })

export const jobQuery = (limits: Limits) =>
  z.strictObject({
    task: solveFields.task,
    maxSteps: integer(
      1,
      limits.maxSteps,
      Math.min(limits.defaultSteps, limits.maxSteps),
      `Budget of each board in ACT steps. ${largerBoards(limits)}`,
    ),
    seed: integer(0, Number.MAX_SAFE_INTEGER, 0, 'As in `/v1/solve`, the same for every board.'),
  })

export const jobId = z.object({ id: z.string().openapi({ example: '6f1c2f0e-3d0f-4f57-9f4a-0f6f0f8f7a10' }) })

const count = (description: string) => z.int().openapi({ description })

export const jobStatus = z
  .object({
    id: z.string(),
    task: z.string(),
    model: z
      .string()
      .openapi({ description: 'What was served when the job was submitted; each row names what solved it.' }),
    state: z.enum(['running', 'done', 'cancelled']),
    maxSteps: z.int(),
    seed: z.int(),
    boards: count('All boards of the job.'),
    solved: count('Boards solved so far.'),
    unsolved: count('Boards whose budget was spent.'),
    failed: count('Boards that no try could compute; `failures` tells why.'),
    steps: count('ACT steps spent.'),
    attempts: z.int(),
    failures: z
      .array(
        z.object({
          first: count('0-based index of the first board of the chunk.'),
          boards: z.int(),
          code: problemCode,
          detail: z.string(),
        }),
      )
      .openapi({ description: 'The first hundred chunks that failed.' }),
    createdAt: z.string().openapi({ format: 'date-time' }),
    endedAt: z.string().nullable().openapi({ format: 'date-time' }),
    expiresAt: z
      .string()
      .openapi({ format: 'date-time', description: 'When the job and its results are deleted, at the latest.' }),
  })
  .openapi('Job')

export type JobStatus = z.infer<typeof jobStatus>

export const jobResult = z
  .object({
    index: count('0-based, in the order of the file.'),
    board: z.string().nullable().openapi({ description: 'As it was sent; null where it could not be read again.' }),
    status: z.enum(['solved', 'unsolved', 'failed']),
    solution: solution(),
    steps: z.int(),
    attempts: z.int(),
    verified: z.boolean(),
    model: z.string().openapi({ description: 'What solved this board.' }),
  })
  .openapi('JobResult')

export type JobResult = z.infer<typeof jobResult>
