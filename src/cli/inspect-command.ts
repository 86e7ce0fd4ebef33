import type { ModelInfo } from '../index.ts'
import { loadModel } from '../weights/load-model.ts'
import { describeModel } from '../weights/model-info.ts'
import { EXIT } from './failure.ts'
import { printable, printJson, printText } from './output.ts'

/** `hrm inspect`: reads a weights file as solving does, and says what is in it. @returns the exit code */
export async function inspectCommand(file: string, options: { json?: boolean }): Promise<number> {
  const info = describeModel(await loadModel({ weights: file }))
  if (options.json) printJson(info)
  else printText(describeInfo(info))
  return EXIT.solved
}

/** Everything of the config and the card, a line each; lists of objects a line an entry. */
export function describeInfo({ name, parameters, bytes, sha256, config, card }: ModelInfo): string {
  return [
    name,
    `  parameters  ${parameters.toLocaleString('en')}`,
    `  bytes       ${bytes.toLocaleString('en')}`,
    `  sha256      ${sha256}`,
    'config',
    ...lines(config),
    'card',
    ...lines(card),
  ]
    .map(printable)
    .join('\n')
}

function lines(fields: object): string[] {
  const entries = Object.entries(fields)
  const width = Math.max(...entries.map(([key]) => key.length))
  return entries.flatMap(([key, value]) => {
    const rows = Array.isArray(value) && typeof value[0] === 'object' ? value : [value]
    return rows.map((row, i) => `  ${(i === 0 ? key : '').padEnd(width)}  ${inline(row)}`)
  })
}

function inline(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  return Object.entries(value)
    .map(([key, v]) => `${key} ${inline(v)}`)
    .join(', ')
}
