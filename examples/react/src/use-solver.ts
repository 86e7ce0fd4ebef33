import { createSolver, HrmError, type Solver, type SolveStep } from 'hrm-edge/worker'
import { useCallback, useEffect, useRef, useState } from 'react'

/** One solver for as long as the component lives, and the newest step of what it solves. */
export function useSolver() {
  const solver = useRef<Solver>(undefined)
  const run = useRef<AbortController>(undefined)
  const [ready, setReady] = useState(false)
  const [running, setRunning] = useState(false)
  const [step, setStep] = useState<SolveStep>()
  const [message, setMessage] = useState('Loading the model ...')

  useEffect(() => {
    const life = new AbortController()
    createSolver({ task: 'sudoku', signal: life.signal }).then(
      (created) => {
        solver.current = created
        setMessage(`${created.model.name} is ready.`)
        setReady(true)
      },
      (error: HrmError) => {
        // Effects run twice in development: the first solver is given up while it loads.
        if (error.code !== 'aborted') setMessage(error.message)
      },
    )
    return () => {
      life.abort()
      solver.current?.dispose()
    }
  }, [])

  const solve = useCallback(async (board: string) => {
    run.current = new AbortController()
    setRunning(true)
    setStep(undefined)
    try {
      const steps = solver.current!.steps(board, { maxSteps: 256, signal: run.current.signal })
      for (;;) {
        const { done, value } = await steps.next()
        if (done) return setMessage(value.status === 'solved' ? `Solved in ${value.steps} steps.` : 'Not solved.')
        setStep(value)
        setMessage(`Step ${value.step}`)
      }
    } catch (error) {
      if (!(error instanceof HrmError)) throw error
      setMessage(error.code === 'aborted' ? 'Stopped.' : error.message)
    } finally {
      setRunning(false)
    }
  }, [])

  const stop = useCallback(() => run.current?.abort(), [])
  return { ready, running, step, message, solve, stop }
}
