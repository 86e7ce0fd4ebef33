export function buildTypes(options?: { check?: boolean }): Promise<string[]>
