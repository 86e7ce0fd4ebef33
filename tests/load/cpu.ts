import { readFile } from 'node:fs/promises'

/** Linux counts CPU time in ticks of 10 ms, whatever its own clock is. */
const TICKS = 100

/** CPU time that a process has used so far, in seconds: all of its threads, user and system. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // the second field, a name in brackets, may hold spaces
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
