import * as ip from 'hono/utils/ipaddr'

/** Whose requests count as those of an address: its own, or those of its /64, since a client with IPv6 has all of that. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  let bits: bigint
  try {
    bits = ip.convertIPv6ToBinary(address)
  } catch {
    return address
  }
  if (ip.isIPv4MappedIPv6(bits)) return ip.convertIPv4BinaryToString(ip.convertIPv4MappedIPv6ToIPv4(bits))
  return `${ip.convertIPv6BinaryToString((bits >> 64n) << 64n)}/64`
}
