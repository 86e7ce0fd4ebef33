import { HrmError } from '../../errors.ts'
import { yieldToEventLoop } from '../../event-loop.ts'
import { checkSlot, checkStep, checkTokens } from '../checks.ts'
import type { EngineFactory } from '../create-engine.ts'
import type { Backend, Carry, Engine, EngineOptions, KeptCarry } from '../engine.ts'
import { createSuccession } from './succession.ts'
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

export interface FallbackOptions {
  readonly first: EngineFactory
  /** Makes engines that compute on a processor: it is given a slot at a time. */
  readonly second: EngineFactory
  /** Told once: the error that made the first one fail, and what took over. */
  onFallback(error: unknown, to: Backend): void
  /** Told of every `dispose()`. */
  onDispose?(): void
}

/**
 * An engine that another replaces when it fails: boards go on from where they were, computed again in the second one.
 * @throws HrmError as `createSuccession` does
 */
export function withFallback(
  options: EngineOptions,
  { first, second, onFallback, onDispose }: FallbackOptions,
): FallbackEngine {
  const { model, geometry, slots: count } = options
  const mark = Symbol('a carry of this engine')
  const start: Trail = { puzzle: 0, tokens: new Uint8Array(geometry.tokens), steps: 0 }
  const slots: TrackedSlot[] = Array.from({ length: count }, () => ({ trail: start, stale: false, saved: new Set() }))
  const succession = createSuccession(options, {
    first,
    second,
    onFallback,
    onLoss(from) {
      slots.forEach((s, slot) => {
        s.stale = true
        s.results = { logits: from.logits(slot).slice(), q: [...from.q(slot)] }
      })
    },
  })
  const { attempt, attemptAsync, refuseDisposed, leave } = succession
  const at = (slot: number): TrackedSlot => {
    refuseDisposed()
    checkSlot(slot, count)
    return slots[slot]
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
    if (carry.saved && carry.engine === succession.engine) succession.engine.releaseCarry(carry.saved)
  }

  return {
    get backend() {
      return succession.engine.backend
    },
    get build() {
      return succession.engine.build
    },
    slots: count,
    tokens: succession.engine.tokens,
    outputSize: succession.engine.outputSize,
    carrySize: succession.engine.carrySize,
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
      s.stale = attempt((e) => {
        const { saved } = carry
        // A start from a carry that went with the first engine happens when the slot is next needed.
        const later = e !== carry.engine || !saved
        if (later) checkTokens(model, geometry, tokens, undefined, 0, puzzle)
        else e.start(slot, tokens, saved, puzzle)
        return later
      })
      s.trail = turn(carry.trail, tokens.slice(), puzzle)
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
      const carry: TrackedCarry = { kept: mark, slot, trail: s.trail, engine: succession.engine, saved }
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
        if (!succession.fallen) return e.step(list, isFinished)
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
    logits: (slot) => at(slot).results?.logits ?? succession.engine.logits(slot),
    q: (slot) => at(slot).results?.q ?? succession.engine.q(slot),
    leave,
    dispose() {
      onDispose?.()
      succession.dispose()
    },
  }
}
