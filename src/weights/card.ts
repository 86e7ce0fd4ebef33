/**
 * One measured score of a model, as it stands in the card. Shares are 0..1.
 *
 * @example
 * for (const { data, n, solved } of solver.model.card.scores ?? []) console.log(data, n, solved)
 */
export interface CardScore {
  data: string
  n: number
  max_steps: number
  raw_exact?: number
  solved?: number
  wrong?: number
  date: string
  engine: string
  /** ACT steps that a board took; an unsolved one counts with all it spent. */
  mean_steps?: number
  p50_steps?: number
  p99_steps?: number
  /** What the halting head is worth at the step of `raw_exact`. */
  halting_precision?: number
  halting_recall?: number
  /** The share solved within so many ACT steps, by their number. */
  solved_within?: Record<string, number>
}

/**
 * `hrm.card`: where a model comes from and what it was measured to do. Unknown keys are kept.
 *
 * @example
 * console.log(solver.model.card.license, solver.model.card.hardware)
 */
export interface ModelCard {
  name: string
  license?: string
  data?: { name: string; source: string; rows?: number }[]
  regime?: string
  steps?: number
  hours?: number
  hardware?: string
  seed?: number
  commit?: string
  parameters?: number
  scores?: CardScore[]
  notes?: string
  [key: string]: unknown
}
