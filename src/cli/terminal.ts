/** What may be a terminal: a stream of this process. */
export interface Sink {
  readonly isTTY?: boolean
}

/** Whether escape codes mean something to who reads: not in a file or a pipe, nor on a terminal that calls itself dumb. */
export const obeysEscapes = (sink: Sink): boolean => sink.isTTY === true && process.env.TERM !== 'dumb'

/** Takes the line that the cursor is on off a terminal. */
export const CLEAR_LINE = '\r\x1b[2K'

/** Whether text may be bold: https://no-color.org. */
export const mayStyle = (sink: Sink): boolean => obeysEscapes(sink) && !process.env.NO_COLOR
