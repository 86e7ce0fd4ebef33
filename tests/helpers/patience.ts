/**
 * How long `expect.poll` waits at most, for the configurations of the suites. A poll ends as soon as what it waits for
 * holds. vitest's own limit, a second, is less than a busy machine may keep a process waiting.
 */
export const PATIENCE = { poll: { timeout: 30_000 } }
