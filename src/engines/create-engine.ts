import { HrmError } from '../errors.ts'
import type { Backend, Engine, EngineOptions } from './engine.ts'
import { createReferenceEngine } from './reference/reference-engine.ts'

export type EngineFactory = (options: EngineOptions) => Engine

/** @throws HrmError `engine_unavailable`, `option_invalid` */
export async function createEngineFactory(backend: Backend | 'auto'): Promise<EngineFactory> {
  return createReferenceEngine
}
