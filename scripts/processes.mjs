// Processes as Linux tells of them under /proc; elsewhere nothing is told.
import { readdirSync, readFileSync } from 'node:fs'

/**
 * The name of a process, and what follows it in /proc/PID/stat: the name stands in brackets and may hold spaces.
 * @returns undefined where there is no such process any more
 */
export function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    return { name: stat.slice(stat.indexOf('(') + 1, end), fields: stat.slice(end + 2).split(' ') }
  } catch {
    return undefined
  }
}

/**
 * The processes that `pid`, or a process that it started, has started.
 * @param {number} pid
 * @param {string} [name] only those of this name
 * @returns {number[]}
 */
export function descendants(pid, name) {
  const children = new Map()
  for (const entry of pids()) {
    const stat = statOf(entry)
    if (!stat) continue
    const parent = Number(stat.fields[1])
    children.set(parent, [...(children.get(parent) ?? []), { pid: entry, name: stat.name }])
  }
  // Of the whole table, for a child may have the lower number: Linux begins again when it has given out the highest.
  const visit = (parent) => (children.get(parent) ?? []).flatMap((child) => [child, ...visit(child.pid)])
  return visit(pid)
    .filter((found) => name === undefined || found.name === name)
    .map((found) => found.pid)
}

function pids() {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
  } catch {
    return []
  }
}
