/** The element of index.html with this id, as the class it is known to be. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`)
  return element
}

/** The button of this value within a row of them in index.html. */
export function buttonOf(row: HTMLElement, value: string): HTMLButtonElement {
  const element = row.querySelector<HTMLButtonElement>(`button[value="${value}"]`)
  if (!element) throw new Error(`index.html has no button ${value} in #${row.id}`)
  return element
}

/** Whether it takes text of its own. */
export const isTextField = (target: EventTarget | null): boolean =>
  (target as Element).matches('textarea, input[type=number]')
