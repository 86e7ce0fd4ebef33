import { z } from '@hono/zod-openapi'
import { HTTP_PROBLEM_CODES } from '../src/client/problem.ts'
import { HRM_ERROR_CODES } from '../src/errors.ts'
import { EXAMPLE, EXAMPLE_SOLUTION } from './examples.ts'
import type { Limits } from './limits.ts'

const board = (limits: Limits) =>
  z
    .string()
    .max(limits.maxBoardChars)
    .openapi({
      description:
        'Symbols row by row; `/v1/tasks` tells them. Of a Sudoku `.` or `0` is blank and white space is left out; of a ' +
        'maze a space or `.` is a free cell, and line breaks give the shape, of two rows or more.',
      example: EXAMPLE,
    })

/** A default that the document does not declare: generators of types would take the field for one that has to be sent. */
const otherwise = (schema: z.ZodInt, value: number) => schema.optional().transform((given = value) => given)

const defaultSteps = (limits: Limits) => Math.min(limits.defaultSteps, limits.maxSteps)

export const solveFields = {
  task: z.string().min(1).max(64).openapi({ description: 'A name from `/v1/tasks`.', example: 'sudoku' }),
  seed: otherwise(z.int().min(0).max(Number.MAX_SAFE_INTEGER), 0).openapi({
    description: 'Seeds every random draw; the same request gives the same answer. Default 0.',
  }),
}

/** Of `maxSteps`: `mostSteps` in words. */
export const largerBoards = (limits: Limits): string =>
  'A board of more than 729 tokens (a Sudoku: rows x columns x symbols; a maze: (rows + 2) x (columns + 2), for the model ' +
  `sees a ring of walls around it) may have ${limits.maxSteps} x 729 / their number, rounded down, at most, and always ` +
  `${defaultSteps(limits)}.`

export const solveRequest = (limits: Limits) =>
  z
    .strictObject({
      ...solveFields,
      board: board(limits),
      maxSteps: otherwise(z.int().min(1).max(limits.maxSteps), defaultSteps(limits)).openapi({
        description: `Budget in ACT steps over all attempts. Default ${defaultSteps(limits)}. ${largerBoards(limits)}`,
      }),
    })
    .openapi('SolveRequest')

export const batchRequest = (limits: Limits) =>
  z
    .strictObject({
      ...solveFields,
      boards: z.array(board(limits)).min(1).max(limits.maxBoards),
      maxSteps: z
        .int()
        .min(1)
        .max(limits.maxSteps)
        .optional()
        .openapi({
          description: `Budget in ACT steps shared by all boards. Default: the most for the largest. ${largerBoards(limits)}`,
        }),
    })
    .openapi('BatchRequest')

export const solution = () =>
  z.string().nullable().openapi({
    description: 'Symbols row by row, null unless solved. Of a maze with `o` along the way, and without line breaks.',
  })

export const solveResult = z
  .object({
    task: z.string(),
    status: z.enum(['solved', 'unsolved']),
    solution: solution().openapi({ example: EXAMPLE_SOLUTION }),
    steps: z.int().openapi({ description: 'ACT steps spent.', example: 5 }),
    attempts: z.int().openapi({ description: 'Runs of steps from one start.', example: 1 }),
    verified: z.boolean().openapi({ description: 'A verifier with the rules checked the solution.' }),
    model: z.string(),
  })
  .openapi('SolveResult')

const guess = z.object({
  cell: z.int().openapi({ description: 'Index, row by row from 0.' }),
  symbol: z.string(),
})

/** `data` of the events `step`. */
export const solveStep = z
  .object({
    step: z.int().openapi({ description: '1 for the first step of the solve.' }),
    attempt: z.int().openapi({ description: '1 for the first attempt.' }),
    kind: z.enum(['plain', 'noise', 'guess']).openapi({ description: 'How the attempt began.' }),
    guesses: z
      .array(guess)
      .optional()
      .openapi({ description: 'Tentative givens that began the attempt, a branch of the search.' }),
    ruledOut: guess.optional().openapi({
      description: 'The guess that met a contradiction: the attempt began where it was taken back.',
    }),
    board: z
      .string()
      .openapi({ description: 'The board as the model reads it now, every cell filled; without line breaks.' }),
    confidence: z
      .array(z.number().min(0).max(1))
      .openapi({ description: "The model's belief in each cell's symbol, four digits." }),
    candidates: z.array(z.string()).openapi({ description: 'Symbols that each cell may still hold, likeliest first.' }),
    qHalt: z.number().openapi({ description: 'Raw Q-halt logit.' }),
    changed: z.array(z.int()).openapi({ description: 'Cells whose symbol differs from the step before, 0-based.' }),
    done: z.boolean().openapi({ description: 'The solve ends with this step.' }),
  })
  .openapi('SolveStep')

export const batchResult = z
  .object({
    results: z.array(solveResult).openapi({ description: 'In the order of the boards.' }),
    solved: z.int(),
    steps: z.int().openapi({ description: 'ACT steps spent on all boards.' }),
  })
  .openapi('BatchResult')

const score = z.object({
  data: z.string(),
  n: z.number(),
  max_steps: z.number(),
  raw_exact: z.number().optional(),
  solved: z.number().optional(),
  wrong: z.number().optional(),
  date: z.string(),
  engine: z.string(),
  mean_steps: z.number().optional(),
  p50_steps: z.number().optional(),
  p99_steps: z.number().optional(),
  halting_precision: z.number().optional(),
  halting_recall: z.number().optional(),
  solved_within: z
    .record(z.string(), z.number())
    .optional()
    .openapi({ description: 'The share solved within so many ACT steps.' }),
})

export const modelInfo = z
  .object({
    id: z.string(),
    task: z.string(),
    parameters: z.int(),
    dtype: z.literal('int8'),
    bytes: z.int(),
    sha256: z.string(),
    haltMaxSteps: z.int().openapi({ description: 'ACT steps of one attempt in training.' }),
    license: z.string().nullable(),
    scores: z.array(score).openapi({ description: 'As measured; see the model card.' }),
  })
  .openapi('Model')

export const modelList = z.object({ models: z.array(modelInfo) }).openapi('ModelList')

export const taskInfo = z
  .object({
    name: z.string(),
    kind: z.enum(['sudoku', 'maze', 'grid']),
    rows: z.int().openapi({ description: 'Of the boards that the model was trained on.' }),
    cols: z.int(),
    anySize: z.boolean().openapi({
      description: 'Boards of other sizes are read too: Sudokus of all `boardLengths`, any rectangle of a maze.',
    }),
    symbols: z.array(z.object({ symbol: z.string(), meaning: z.string().nullable() })).openapi({
      description:
        'What a board of `rows` x `cols` is written with (larger Sudokus: A for 10, and so on); `meaning` is null where the task has none.',
    }),
    example: z.string().openapi({ description: 'A board that the task reads.' }),
    boardLengths: z.array(z.int()).openapi({
      description: 'Symbols a board may have, line breaks not counted; of a maze of any size the trained number alone.',
    }),
    maxSteps: z.array(z.int()).openapi({
      description:
        'The highest `maxSteps` for a board of each of these lengths. For a maze of another size: see `maxSteps` of ' +
        '`SolveRequest`.',
    }),
    verified: z.boolean().openapi({ description: 'The rules are known, so a wrong board cannot leave as solved.' }),
    model: z.string(),
  })
  .openapi('Task')

export const taskList = z.object({ tasks: z.array(taskInfo) }).openapi('TaskList')

export const health = z.object({ status: z.literal('ok') }).openapi('Health')
export const readiness = z
  .object({ status: z.literal('ready'), models: z.array(z.object({ task: z.string(), model: z.string() })) })
  .openapi('Readiness')

const cell = z.object({
  index: z.int(),
  row: z.int(),
  column: z.int(),
})

export const problemCode = z.enum([...HTTP_PROBLEM_CODES, ...HRM_ERROR_CODES]).openapi('ProblemCode')

export const problem = z
  .object({
    type: z.string().openapi({ example: '/problems/board_conflict' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: problemCode,
    instance: z.string(),
    requestId: z.string(),
    cells: z.array(cell).optional().openapi({ description: 'The cells to blame, 0-based.' }),
    board: z.int().optional().openapi({ description: 'Which board of a batch is to blame, 0-based.' }),
    line: z.int().optional().openapi({ description: "Which line of a job's file is to blame, 1-based." }),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem')

export const problemKind = z
  .object({ type: z.string(), code: problemCode, status: z.int(), title: z.string() })
  .openapi('ProblemKind')
