/** Where scripts/ort-assets.mjs puts ONNX Runtime. */
export const ORT = new URL('ort/', document.baseURI).href
