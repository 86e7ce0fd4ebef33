import { useState } from 'react'
import { Board } from './board.tsx'
import { useSolver } from './use-solver.ts'

const PUZZLE = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'

export function App() {
  const [puzzle, setPuzzle] = useState(PUZZLE)
  const { ready, running, step, message, solve, stop } = useSolver()
  return (
    <main style={{ maxWidth: '30rem', margin: '2rem auto', fontFamily: 'system-ui, sans-serif' }}>
      <h1>A Sudoku, step by step</h1>
      <label>
        Puzzle <input value={puzzle} onChange={(event) => setPuzzle(event.target.value)} style={{ width: '100%' }} />
      </label>
      <Board givens={puzzle} step={step} />
      <p role="status">{message}</p>
      <button type="button" disabled={!ready || running} onClick={() => void solve(puzzle)}>
        Solve
      </button>{' '}
      <button type="button" disabled={!running} onClick={stop}>
        Stop
      </button>
    </main>
  )
}
