import { byId } from './dom.ts'

/** The two layouts of css/page.css and css/controls.css. */
const ONE_COLUMN = matchMedia('(max-width: 55.99rem)')
const FINGERS = matchMedia('(pointer: coarse), (max-width: 30rem)')

/**
 * Keeps what moves the board through its steps, and what types into it, where they are seen: Tab and screen readers follow
 * the document, not `order`. CSS places them as well, so that nothing jumps when this script runs.
 */
export function keepReadingOrder(): void {
  for (const layout of [ONE_COLUMN, FINGERS]) layout.addEventListener('change', arrange)
  arrange()
}

function arrange(): void {
  const focused = document.activeElement
  const actions = byId('solve', HTMLButtonElement).parentElement!
  const [legend, chart] = document.querySelectorAll('.legend.of-sudoku, .chart')
  const keys = document.querySelectorAll('.keypad, .tools')
  place(keys, FINGERS.matches ? actions : legend)
  const below = FINGERS.matches ? keys[0] : actions
  place(document.querySelectorAll('.readout, .transport'), ONE_COLUMN.matches ? below : chart)
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
}

/** Puts nodes before another, one after the other, but touches none that is there: what is moved loses the focus. */
function place(nodes: Iterable<Element>, next: Element): void {
  for (const node of [...nodes].reverse()) {
    if (node.nextElementSibling !== next) next.before(node)
    next = node
  }
}
