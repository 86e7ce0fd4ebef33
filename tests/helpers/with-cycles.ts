import { writeFile } from './weights-file.ts'

/** A weights file whose ACT step has so many H cycles: as much thought in all, but in smaller helpings. */
export function withCycles(file: Uint8Array, cycles: number): Uint8Array<ArrayBuffer> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))
  const config = JSON.parse(header.__metadata__['hrm.config'])
  header.__metadata__['hrm.config'] = JSON.stringify({ ...config, H_cycles: cycles })
  return writeFile({ header, data: file.slice(8 + length) })
}
