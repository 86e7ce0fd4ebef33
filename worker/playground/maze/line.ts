/** The cells of a straight line on a board, without the one that it begins at: a pointer's events are cells apart. */
export function lineTo(from: number, to: number, columns: number): number[] {
  const [row, column] = [Math.floor(from / columns), from % columns]
  const [down, right] = [Math.floor(to / columns) - row, (to % columns) - column]
  const length = Math.max(Math.abs(down), Math.abs(right))
  return Array.from({ length }, (_, i) => {
    const part = (i + 1) / length
    return (row + Math.round(down * part)) * columns + column + Math.round(right * part)
  })
}
