// The store behind the Cache API of a workerd on its own: what Cloudflare has in every data centre. workerd sends it the
// stored response as an HTTP message, and takes CF-Cache-Status for whether it has one.
const bodies = new Map()

export default {
  async fetch(request) {
    if (request.method === 'PUT') {
      const message = await request.text()
      bodies.set(request.url, message.slice(message.indexOf('\r\n\r\n') + 4))
      return new Response(null, { status: 204 })
    }
    const body = bodies.get(request.url)
    return body === undefined
      ? new Response(null, { status: 504, headers: { 'CF-Cache-Status': 'MISS' } })
      : new Response(body, { headers: { 'CF-Cache-Status': 'HIT', 'Content-Type': 'application/json' } })
  },
}
