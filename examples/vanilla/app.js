import { createSolver, HrmError } from 'hrm-edge/worker'

const [form, board, solve, stop, status, steps] = ['form', 'board', 'solve', 'stop', 'status', 'steps'].map((id) =>
  document.getElementById(id),
)
let running

const solver = await createSolver({
  task: 'sudoku',
  onProgress: ({ loaded, total }) => (status.textContent = `Loading the model: ${loaded} of ${total ?? '?'} bytes`),
})
status.textContent = `${solver.model.name} is ready.`
solve.disabled = false

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  running = new AbortController()
  solve.disabled = true
  stop.disabled = false
  try {
    const run = solver.steps(board.value, { maxSteps: 256, signal: running.signal })
    let next = await run.next()
    for (; !next.done; next = await run.next()) {
      steps.textContent = next.value.board.replace(/.{9}/g, '$&\n')
      status.textContent = `Step ${next.value.step}`
    }
    const result = next.value
    status.textContent = result.status === 'solved' ? `Solved in ${result.steps} steps.` : 'Not solved.'
  } catch (error) {
    // Every failure has a code, and a message for people that says which cell.
    if (!(error instanceof HrmError)) throw error
    status.textContent = error.code === 'aborted' ? 'Stopped.' : error.message
  } finally {
    solve.disabled = false
    stop.disabled = true
  }
})

stop.addEventListener('click', () => running.abort())
