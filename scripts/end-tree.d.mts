export function endTree(pid: number): void
