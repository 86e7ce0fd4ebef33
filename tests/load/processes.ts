// What processes use, as Linux tells it under /proc.
import { readdir, readFile } from 'node:fs/promises'

/** Linux counts CPU time in ticks of 10 ms, whatever its own clock is. */
const TICKS = 100

/** What follows the name in /proc/PID/stat: the name stands in brackets and may hold spaces. */
async function statOf(pid: number): Promise<{ name: string; fields: string[] }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const end = stat.lastIndexOf(')')
  return { name: stat.slice(stat.indexOf('(') + 1, end), fields: stat.slice(end + 2).split(' ') }
}

/** CPU time that a process has used so far, in seconds: all of its threads, user and system. */
export async function cpuSeconds(pid: number): Promise<number> {
  const { fields } = await statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** The most memory that a process has had resident so far, in bytes. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024
}

/** Memory that a process has written to and shares with no other, in bytes. */
export async function privateMemory(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Private_Dirty:\s+(\d+) kB$/m.exec(rollup)![1]) * 1024
}

/**
 * The processes that `pid`, or a process that it started, has started.
 * @param name only those of this name
 */
export async function descendants(pid: number, name?: string): Promise<number[]> {
  const children = new Map<number, { pid: number; name: string }[]>()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = await statOf(Number(entry)).catch(() => undefined) // it may have ended
    if (!stat) continue
    const parent = Number(stat.fields[1])
    children.set(parent, [...(children.get(parent) ?? []), { pid: Number(entry), name: stat.name }])
  }
  // Of the whole table, for a child may have the lower number: Linux begins again when it has given out the highest.
  const visit = (parent: number): { pid: number; name: string }[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...visit(child.pid)])
  return visit(pid)
    .filter((found) => name === undefined || found.name === name)
    .map((found) => found.pid)
}
