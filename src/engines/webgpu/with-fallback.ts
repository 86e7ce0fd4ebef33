import { HrmError } from '../../errors.ts'
import { yieldToEventLoop } from '../../solve/event-loop.ts'
import { checkSlot, checkStep, checkTokens } from '../checks.ts'
import type { EngineFactory } from '../create-engine.ts'
import type { Backend, Carry, Engine, EngineOptions, KeptCarry } from '../engine.ts'
import { retrace, type Trail, turn } from './trail.ts'

/** A carry that can be computed again should the engine that holds it fail. */
interface TrackedCarry extends KeptCarry {
  readonly slot: number
  readonly trail: Trail
  readonly engine: Engine
  /** What `engine` saved; nothing while its slot waits to be computed again. */
  readonly saved: Carry | undefined
}

interface TrackedSlot {
  trail: Trail
  /** The engine does not hold this slot yet: its trail has to be gone along first. */
  stale: boolean
  /** Results of the engine that failed, until the first step of the next. */
  results?: { logits: Float32Array; q: readonly number[] }
  readonly saved: Set<TrackedCarry>
}

export interface FallbackEngine extends Engine {
  /** Goes on in the second engine from now on, as if the first had failed with this error. */
  leave(error: unknown): void
}

/**
 * An engine that another replaces when it fails: boards go on from where they were, computed again in the second one.
 * @param createSecond of engines that compute on a processor: it is given a slot at a time
 * @param onFallback is told once: the error that made the first one fail, and what took over
 * @param onDispose is told of every `dispose()`
 * @throws HrmError as the factories do, but a first engine that fails when it is made is replaced at once; where no second
 * one can be made, its calls fail as that does, with the first one's error as the `cause`, and the next call tries again
 */
export function withFallback(
  options: EngineOptions,
  createFirst: EngineFactory,
  createSecond: EngineFactory,
  onFallback: (error: unknown, to: Backend) => void,
  onDispose: () => void = () => {},
): FallbackEngine {
  const { model, geometry, slots: count } = options
  const mark = Symbol('a carry of this engine')
  let disposed = false
  let fallen = false
  /** The second engine, or an error that has the first one's as its cause. */
  const replace = (cause: unknown): Engine => {
    try {
      return createSecond(options)
    } catch (error) {
      const code = error instanceof HrmError ? error.code : 'engine_unavailable'
      throw new HrmError(code, `the engine failed and could not be replaced: ${(error as Error)?.message}`, { cause })
    }
  }
  let engine: Engine
  try {
    engine = createFirst(options)
  } catch (error) {
    if (!isFault(error)) throw error
    engine = replace(error)
    fallen = true
    onFallback(error, engine.backend)
  }
  const start: Trail = { puzzle: 0, tokens: new Uint8Array(geometry.tokens), steps: 0 }
  const slots: TrackedSlot[] = Array.from({ length: count }, () => ({ trail: start, stale: false, saved: new Set() }))

  const refuseDisposed = (): void => {
    if (disposed) throw new HrmError('disposed', 'the engine was disposed')
  }
  const at = (slot: number): TrackedSlot => {
    refuseDisposed()
    checkSlot(slot, count)
    return slots[slot]
  }
  const fallBack = (error: unknown): void => {
    const from = engine
    const second = replace(error)
    slots.forEach((s, slot) => {
      s.stale = true
      s.results = { logits: from.logits(slot).slice(), q: [...from.q(slot)] }
    })
    engine = second
    fallen = true
    from.dispose()
    onFallback(error, engine.backend)
  }
  /** A call into the engine of the moment, and into the second one should the first fail in it. */
  const attempt = <T>(call: (engine: Engine) => T): T => {
    const used = engine
    try {
      return call(used)
    } catch (error) {
      if (fallen || !isFault(error)) throw error
      fallBack(error)
      return call(engine)
    }
  }
  const attemptAsync = async <T>(call: (engine: Engine) => T | Promise<T>): Promise<T> => {
    const used = engine
    try {
      const result = await call(used)
      if (engine === used) return result
      // Else it was left meanwhile, and what it computed, or how it failed, went with it.
    } catch (error) {
      refuseDisposed()
      if (engine === used) {
        if (fallen || !isFault(error)) throw error
        fallBack(error)
      }
    }
    return call(engine)
  }
  /** Brings stale slots to where they were. */
  const catchUp = async (target: Engine, list: readonly number[], goOn = refuseDisposed): Promise<void> => {
    const stale = list.filter((slot) => slots[slot].stale).map((slot) => ({ slot, trail: slots[slot].trail }))
    if (stale.length === 0) return
    await retrace(target, stale, goOn)
    for (const { slot } of stale) slots[slot].stale = false
  }
  const isOurs = (carry: KeptCarry): carry is TrackedCarry =>
    carry.kept === mark && slots[(carry as TrackedCarry).slot].saved.has(carry as TrackedCarry)

  const release = (carry: TrackedCarry): void => {
    slots[carry.slot].saved.delete(carry)
    if (carry.saved && carry.engine === engine) engine.releaseCarry(carry.saved)
  }
  /** A start from a carry that went with the first engine happens when the slot is next needed. */
  const startLater = (s: TrackedSlot, tokens: Uint8Array, trail: Trail, puzzle: number): void => {
    checkTokens(model, geometry, tokens, undefined, 0, puzzle)
    s.trail = turn(trail, tokens.slice(), puzzle)
    s.stale = true
  }

  return {
    get backend() {
      return engine.backend
    },
    get build() {
      return engine.build
    },
    slots: count,
    tokens: engine.tokens,
    outputSize: engine.outputSize,
    carrySize: engine.carrySize,
    start(slot, tokens, carry, puzzle = 0) {
      const s = at(slot)
      if (carry === undefined || carry instanceof Float32Array) {
        attempt((e) => e.start(slot, tokens, carry, puzzle))
        for (const old of s.saved) release(old)
        s.trail = { carry: carry?.slice(), puzzle, tokens: tokens.slice(), steps: 0 }
        s.stale = false
        return
      }
      if (!isOurs(carry)) throw new HrmError('option_invalid', 'the carry was released, or saved by another engine')
      if (carry.engine !== engine || !carry.saved) return startLater(s, tokens, carry.trail, puzzle)
      try {
        engine.start(slot, tokens, carry.saved, puzzle)
      } catch (error) {
        if (fallen || !isFault(error)) throw error
        fallBack(error)
        return startLater(s, tokens, carry.trail, puzzle)
      }
      s.trail = turn(carry.trail, tokens.slice(), puzzle)
      s.stale = false
    },
    setTokens(slot, tokens) {
      const s = at(slot)
      if (s.stale) checkTokens(model, geometry, tokens, undefined, 0, s.trail.puzzle)
      else attempt((e) => e.setTokens(slot, tokens))
      s.trail = turn(s.trail, tokens.slice())
    },
    saveCarry(slot) {
      const s = at(slot)
      const saved = s.stale ? undefined : attempt((e) => (slots[slot].stale ? undefined : e.saveCarry(slot)))
      const carry: TrackedCarry = { kept: mark, slot, trail: s.trail, engine, saved }
      s.saved.add(carry)
      return carry
    },
    releaseCarry(carry) {
      if (!(carry instanceof Float32Array) && isOurs(carry)) release(carry)
    },
    async readCarry(slot) {
      at(slot)
      return attemptAsync(async (e) => {
        await catchUp(e, [slot])
        return e.readCarry(slot)
      })
    },
    async step(list, finished, goOn) {
      refuseDisposed()
      checkStep(list, count)
      const isFinished =
        finished &&
        ((slot: number) => {
          slots[slot].results = undefined
          return finished(slot)
        })
      const check = () => {
        refuseDisposed()
        goOn?.()
      }
      await attemptAsync(async (e) => {
        await catchUp(e, list, check)
        if (!fallen) return e.step(list, isFinished)
        for (const [i, slot] of list.entries()) {
          if (i > 0) {
            await yieldToEventLoop()
            check()
          }
          await e.step([slot], isFinished)
        }
      })
      for (const slot of list) {
        const s = slots[slot]
        s.trail = { ...s.trail, steps: s.trail.steps + 1 }
        s.results = undefined
      }
    },
    logits: (slot) => at(slot).results?.logits ?? engine.logits(slot),
    q: (slot) => at(slot).results?.q ?? engine.q(slot),
    leave(error) {
      try {
        if (!disposed && !fallen) fallBack(error)
      } catch {
        // There is no second engine to be had: whoever calls next is told.
      }
    },
    dispose() {
      disposed = true
      onDispose()
      engine.dispose()
    },
  }
}

/** Whether an engine failed, rather than a call that asked for something wrong. */
function isFault(error: unknown): boolean {
  return !(error instanceof HrmError) || error.code === 'engine_failed' || error.code === 'engine_unavailable'
}
