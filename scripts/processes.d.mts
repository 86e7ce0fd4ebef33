export function statOf(pid: number): { name: string; fields: string[] } | undefined
export function descendants(pid: number, name?: string): number[]
