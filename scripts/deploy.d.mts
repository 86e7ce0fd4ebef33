/**
 * What must be there before the Worker is deployed: how wrangler is asked for it, and how it makes it.
 * @param env which of the environments that the configuration names; none of them inherits buckets or queues
 */
export function resourcesOf(config: object, env?: string): { look: string[]; make: string[] }[]
