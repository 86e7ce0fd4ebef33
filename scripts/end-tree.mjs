import { descendants } from './processes.mjs'

/**
 * Ends a process with all that it started, also what has a process group of its own.
 * @param pid of the leader of a process group
 */
export function endTree(pid) {
  const below = descendants(pid) // before the first ends: what is left without a parent is found no more
  for (const each of [-pid, pid, ...below]) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {} // it has ended
  }
}
