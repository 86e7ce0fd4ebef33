export interface GridOptions {
  rows: number
  columns: number
  /** What screen readers call it. */
  label: string
  /** Id of what tells its keys. */
  help: string
  createCell: () => HTMLElement
  /** A key that does not move. @returns whether it means anything here */
  onKey: (key: string) => boolean
  /** Ends the grid, so that another may take its place. */
  signal?: AbortSignal
}

type Move = (row: number, column: number, size: { rows: number; columns: number }) => [number, number]

/** Cells away from the chosen one that a key moves to, within the board. */
const MOVES: Record<string, Move> = {
  ArrowUp: (row, column) => [row - 1, column],
  ArrowDown: (row, column) => [row + 1, column],
  ArrowLeft: (row, column) => [row, column - 1],
  ArrowRight: (row, column) => [row, column + 1],
  Home: (row) => [row, 0],
  End: (row, _, { columns }) => [row, columns - 1],
  PageUp: (_, column) => [0, column],
  PageDown: (_, column, { rows }) => [rows - 1, column],
}

/** An ARIA grid in which one cell is in the tab order and the arrow keys choose another. */
export class Grid {
  /** Row by row. */
  readonly cells: readonly HTMLElement[]
  readonly #options: GridOptions
  #chosen = 0

  constructor(root: HTMLElement, options: GridOptions) {
    this.#options = options
    const { rows, columns, label, help, signal } = options
    root.setAttribute('role', 'grid')
    root.setAttribute('aria-label', label)
    root.setAttribute('aria-describedby', help)
    const lines = Array.from({ length: rows }, () => {
      const line = document.createElement('div')
      line.setAttribute('role', 'row')
      line.append(...Array.from({ length: columns }, () => this.#createCell()))
      return line
    })
    root.replaceChildren(...lines)
    this.cells = lines.flatMap((line) => [...line.children] as HTMLElement[])
    this.cells[0].tabIndex = 0
    root.addEventListener('keydown', (event) => this.#onKey(event), { signal })
    root.addEventListener(
      'focusin',
      ({ target }) => {
        const index = this.cells.indexOf(target as HTMLElement)
        if (index >= 0) this.choose(index)
        else this.focus()
      },
      { signal },
    )
  }

  get chosen(): number {
    return this.#chosen
  }

  choose(index: number): void {
    this.cells[this.#chosen].tabIndex = -1
    this.#chosen = index
    this.cells[index].tabIndex = 0
  }

  /** Moves the focus to the chosen cell. */
  focus(): void {
    this.cells[this.#chosen].focus()
  }

  #createCell(): HTMLElement {
    const cell = this.#options.createCell()
    cell.tabIndex = -1
    cell.setAttribute('role', 'gridcell')
    return cell
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const { rows, columns, onKey } = this.#options
    if (event.key in MOVES) {
      const [row, column] = MOVES[event.key](Math.floor(this.#chosen / columns), this.#chosen % columns, this.#options)
      if (row >= 0 && row < rows && column >= 0 && column < columns) this.choose(row * columns + column)
      this.focus()
    } else if (!onKey(event.key)) return
    event.preventDefault()
  }
}
