/**
 * The part of an IP address that stands for one subscriber: all of an IPv4 address, the first 64 bits of an IPv6 address (hosts choose the rest, and
 * change it daily; RFC 8981). Any other text stands for itself.
 */
export function networkOf(ipAddress: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ipAddress)?.[1];
  if (mapped !== undefined) return mapped;
  if (!ipAddress.includes(':')) return ipAddress;
  const [head = '', tail] = ipAddress.toLowerCase().split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  // An address in dotted form at the end takes the room of two groups.
  const taken = left.length + right.length + (ipAddress.includes('.') ? 1 : 0);
  const all = [...left, ...Array.from({ length: Math.max(0, 8 - taken) }, () => '0'), ...right];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
