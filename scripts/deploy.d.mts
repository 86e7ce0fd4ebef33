/** What must be there before the Worker is deployed: how wrangler is asked for it, and how it makes it. */
export function resourcesOf(config: object): { look: string[]; make: string[] }[]
