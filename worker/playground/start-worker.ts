// Put in by build.mjs.
declare const WORKER_FILE: string

/** Starts one of the page's workers; worker-entry.ts knows them by their names. */
export const startWorker = (name: 'solver' | 'precision') =>
  new Worker(new URL(WORKER_FILE, document.baseURI), { type: 'module', name })
