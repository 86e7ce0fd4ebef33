import type { GpuReport } from '../../../src/bench/gpu-bench.ts'

/** A row of the table: boards at once, boards a second on the GPU and in wasm, how many times quicker the GPU is. */
export function rowTexts({ batch, webgpu_boards_per_s, wasm_boards_per_s, ratio }: GpuReport['batches'][number]) {
  const rate = (boards: number) => (boards < 10 ? boards.toPrecision(2) : String(Math.round(boards)))
  return [String(batch), rate(webgpu_boards_per_s), rate(wasm_boards_per_s), ratio.toPrecision(2)]
}

export function outcomeText({ adapter, break_even, left_out }: GpuReport): string {
  const even =
    break_even === null ? 'Wasm is quicker at every size.' : `The GPU is quicker from ${break_even} boards on.`
  const left =
    left_out.length === 0 ? '' : ` Left out, because a step would take over a minute: ${left_out.join(', ')}.`
  return `${adapter}. ${even}${left}`
}
