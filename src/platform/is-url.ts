/** Whether a string names a URL in Node, not a path. Only these: C:\ is a path, and a file's name may hold a time of day. */
export const isUrl = (name: string): boolean => /^(https?|file|data|blob):/i.test(name)
