export interface StrokeActions {
  /** @returns the cell under a pointer, -1 outside */
  cellAt: (event: PointerEvent) => number
  onPress: (index: number) => void
  /** A pointer that is held down went from cell to cell; -1 where it was outside before. */
  onMove: (from: number, to: number) => void
}

/**
 * What a pointer does on a grid that is drawn in. The press of a finger waits until it moves to another cell or is lifted:
 * a second one may follow, and two fingers zoom and draw nothing.
 */
export function watchStrokes(root: HTMLElement, { cellAt, onPress, onMove }: StrokeActions): void {
  let held: number | undefined
  /** The cell whose press waits. */
  let waiting = -1
  /** The cell that the pointer was over last; -1 outside, so that no line is drawn from where it left to where it comes back. */
  let last = -1
  const press = () => {
    if (waiting >= 0) onPress(waiting)
    waiting = -1
  }
  const drop = () => {
    held = undefined
    waiting = -1
  }
  root.addEventListener('pointerdown', (event) => {
    const index = cellAt(event)
    if (index < 0 || event.button !== 0 || !event.isPrimary) return
    held = event.pointerId
    last = index
    waiting = index
    // Else the cell would go on taking what a finger does over others.
    root.releasePointerCapture(event.pointerId)
    if (event.pointerType !== 'touch') press()
    event.preventDefault()
  })
  root.addEventListener('pointermove', (event) => {
    const index = cellAt(event)
    if (event.pointerId !== held || event.buttons === 0 || index === last) return
    const from = last
    last = index // first, lest the next move begins there once more where this one fails
    press()
    if (index >= 0) onMove(from, index)
  })
  root.addEventListener('pointerleave', () => {
    last = -1
  })
  document.addEventListener('pointerdown', ({ isPrimary }) => {
    if (!isPrimary) drop()
  })
  document.addEventListener('pointerup', ({ pointerId }) => {
    if (pointerId === held) press()
    drop()
  })
  document.addEventListener('pointercancel', drop)
}
