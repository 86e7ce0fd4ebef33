import { arch, cpus, platform, release, totalmem } from 'node:os'

/** What timings were taken on; nothing that names the machine itself. */
export interface Machine {
  cpu: string
  cores: number
  memory_gb: number
  os: string
}

export function describeMachine(): Machine {
  const cores = cpus()
  return {
    cpu: `${cores[0]?.model.trim() ?? 'unknown'} (${arch()})`,
    cores: cores.length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${release()}`,
  }
}
