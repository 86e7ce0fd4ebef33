import { HrmError } from '../errors.ts'
import { MAX_BYTES } from '../platform/download.ts'

/** A file that was chosen in a page may be changed or gone by now. @throws HrmError `weights_fetch` */
export async function readBlob(blob: Blob): Promise<Uint8Array> {
  if (blob.size > MAX_BYTES) throw new HrmError('weights_fetch', `the Blob has more than ${MAX_BYTES} bytes`)
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch (cause) {
    throw new HrmError('weights_fetch', `the Blob could not be read: ${(cause as Error).message}`, { cause })
  }
}
