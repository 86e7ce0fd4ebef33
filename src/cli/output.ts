import { CLEAR_LINE, obeysEscapes } from './terminal.ts'

/** The one document of `--json`. */
export function printJson(value: unknown): void {
  // JSON need not escape these, but a terminal obeys them.
  const text = JSON.stringify(value).replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
  process.stdout.write(`${text}\n`)
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What is not the answer itself: remarks, faults. One line, in the place of a progress line that a terminal shows. */
export function remark(text: string): void {
  process.stderr.write(`${obeysEscapes(process.stderr) ? CLEAR_LINE : ''}${printable(text)}\n`)
}

/** Text on one line with its control characters shown: files and messages hold anything, and a terminal would obey. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, escapeControl)

const escapeControl = (control: string): string =>
  JSON.stringify(control)
    .slice(1, -1)
    .replace(/[\x7f-\x9f]/, (c) => `\\x${c.charCodeAt(0).toString(16)}`)
