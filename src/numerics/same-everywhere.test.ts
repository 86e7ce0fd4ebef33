import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Lines of the code below these folders, without tests, that a pattern is found in. */
function linesWith(pattern: RegExp, ...folders: string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  return files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) =>
      readFileSync(join(root, name), 'utf8')
        .split('\n')
        .map((line, i) => `${name}:${i + 1} ${line}`),
    )
    .filter((line) => pattern.test(line))
}

// What a board comes to must not depend on the machine: docs/numerics.md.
const PLATFORM_MATH = /\bMath\.(a?cosh?|a?sinh?|a?tanh?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow|random)\b/
const RELAXED_FLOAT = /relaxed_(n?madd|min|max|trunc|laneselect|swizzle|q15)/

it('no platform transcendental decides anything', () => {
  expect(linesWith(/\bMath\.sqrt\b/, 'src')).not.toEqual([]) // it does find what is there
  expect(linesWith(PLATFORM_MATH, 'src/engines', 'src/numerics', 'src/solve', 'src/tasks', 'wasm/assembly')).toEqual([])
})

it('the kernels have no relaxed operation but the dot products', () => {
  expect(linesWith(/relaxed_dot/, 'wasm/assembly')).not.toEqual([])
  expect(linesWith(RELAXED_FLOAT, 'wasm/assembly')).toEqual([])
})
