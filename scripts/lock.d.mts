export function takeLock(file: string, onWait: (pid: number) => void): Promise<() => void>
