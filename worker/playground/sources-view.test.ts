import { afterEach, expect, test, vi } from 'vitest'
import { collectGarbage } from '../../tests/helpers/garbage.ts'
import { SAMPLE_SETS, type SampleSet } from './samples.ts'
import { SourcesView } from './sources-view.ts'
import type { StatusView } from './status-view.ts'
import type { SudokuFace } from './sudoku-face.ts'

/** As much of an element as the row of chips needs. */
class FakeElement extends EventTarget {
  textContent = ''
  children: FakeElement[] = []
  parent: FakeElement | undefined

  append(child: FakeElement): void {
    this.children.push(child)
    child.parent = this
  }

  remove(): void {
    this.parent!.children = this.parent!.children.filter((child) => child !== this)
  }

  /** The samples have no values here: any chip is as good. */
  querySelector = () => new FakeElement()
  querySelectorAll = () => this.children
  setAttribute(): void {}
  click = () => this.dispatchEvent(new Event('click'))
}

afterEach(() => vi.unstubAllGlobals())

test('boards of a set come in turn, and a file that another took the place of is let go of', async () => {
  vi.stubGlobal('HTMLElement', FakeElement)
  vi.stubGlobal('HTMLFieldSetElement', FakeElement)
  const row = new FakeElement()
  vi.stubGlobal('document', {
    getElementById: (id: string) => (id === 'samples' ? row : new FakeElement()),
    createElement: () => new FakeElement(),
    activeElement: null,
  })
  const shown: string[] = []
  const sudoku = { load: (board: string) => shown.push(board), take: (board: string) => shown.push(board) }
  const view = new SourcesView(sudoku as unknown as SudokuFace, { say() {} } as unknown as StatusView)
  view.showFirst(SAMPLE_SETS[0])

  const files: WeakRef<SampleSet>[] = []
  /** Apart, so that no variable of the test holds a file. */
  const open = (name: string) => {
    const set = { name, source: name, boards: [`${name}1`, `${name}2`] }
    files.push(new WeakRef(set))
    view.openFile(set)
  }
  for (const name of ['a', 'b', 'c']) {
    open(name)
    for (let i = 0; i < 2; i++) row.children[0].click()
  }
  expect(row.children).toHaveLength(1)
  expect(shown).toEqual([SAMPLE_SETS[0].boards[0], 'a1', 'a2', 'a1', 'b1', 'b2', 'b1', 'c1', 'c2', 'c1'])
  await collectGarbage()
  expect(files.map((file) => file.deref() === undefined)).toEqual([true, true, false])
})
