import { createWebGpu } from '../../src/webgpu/webgpu.ts'

/** This device's GPU, with the service's own ONNX Runtime. @param ort where that lies */
export const webGpu = (ort: string) =>
  createWebGpu({ wasmPaths: ort }, { gpu: async () => navigator.gpu, ort: () => import(`${ort}ort.jspi.min.mjs`) })
