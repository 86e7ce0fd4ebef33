/** The one document of `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What is not the answer itself: progress, remarks, faults. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`)
}
