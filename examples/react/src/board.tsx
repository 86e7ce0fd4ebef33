import type { SolveStep } from 'hrm-edge/worker'

/** The givens, and around them what the model thinks: the surer, the darker. */
export function Board({ givens, step }: { givens: string; step: SolveStep | undefined }) {
  const rows = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  return (
    <table aria-label="Board">
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            {rows.map((column) => {
              const index = row * 9 + column
              const given = /[1-9]/.test(givens[index] ?? '')
              const style = { width: '2em', textAlign: 'center', opacity: given ? 1 : (step?.confidence[index] ?? 1) }
              return (
                <td key={column} style={style as React.CSSProperties}>
                  {given ? <b>{givens[index]}</b> : (step?.board[index] ?? '·')}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
