import type * as Ort from 'onnxruntime-web'

/** What is used of onnxruntime-web; whoever asks for WebGPU brings the module. */
export type OrtModule = Pick<typeof Ort, 'InferenceSession' | 'Tensor' | 'env'>
