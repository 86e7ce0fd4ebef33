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
  const actions = byId('solve', HTMLButtonElement).parentElement!
  const steps = document.querySelectorAll('.readout, .transport')
  const keys = document.querySelectorAll('.keypad, .tools')
  if (ONE_COLUMN.matches) actions.before(...steps)
  else byId('reasoning-title', HTMLElement).after(...steps)
  if (FINGERS.matches) actions.before(...keys)
  else byId('status', HTMLElement).after(...keys)
}
