import type { Side } from '../../src/bench/timing.ts'

/** Sides that do the same work, ours first. */
export interface Group {
  kind: 'gemm' | 'step'
  label: string
  /** Boards of one run. */
  batch: number
  /** Of one run; 0 where operations are not what is compared. */
  operations: number
  /**
   * Builds the sides and checks that they agree.
   * @param only names of the other sides to build; all by default
   */
  open(only?: readonly string[]): Promise<OpenGroup>
}

export interface OpenGroup {
  sides: Side[]
  /** How far the sides agree, and what could not run. */
  notes: string[]
  close(): Promise<void>
}
