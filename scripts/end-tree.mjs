// Ends a process with all that it started, also what has a process group of its own.
import { readdirSync, readFileSync } from 'node:fs'

/** @param pid of the leader of a process group */
export function endTree(pid) {
  const below = descendants(pid) // before the first ends: what is left without a parent is found no more
  for (const each of [-pid, pid, ...below]) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {} // it has ended
  }
}

/** The processes below one, as Linux tells; elsewhere none. */
function descendants(pid) {
  const children = new Map()
  for (const entry of numbersIn('/proc')) {
    const parent = parentOf(entry)
    children.set(parent, [...(children.get(parent) ?? []), entry])
  }
  const visit = (parent) => (children.get(parent) ?? []).flatMap((child) => [child, ...visit(child)])
  return visit(pid)
}

function numbersIn(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

/** Field 4 of its stat, behind a name that may hold anything. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined // it has ended
  }
}
