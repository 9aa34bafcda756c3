/** A connection with more than this waiting to be written is read too slowly; its frames wait in the log. */
const packetsMax = 256;
const charsMax = 256 * 1024;

/**
 * Whether so much waits for a connection that it had better get no more. What counts is what Engine.IO holds back because the connection takes no
 * more: as much again may be on its way to the kernel.
 */
export function isCongested(connection: unknown): boolean {
  return waitingPackets(connection).length >= packetsMax || waitingChars(connection) >= charsMax;
}

/** The characters of all packets that wait. */
export function waitingChars(connection: unknown): number {
  return waitingPackets(connection).reduce<number>((sum, packet) => sum + charsOf(packet), 0);
}

/** Engine.IO's types hide the field that its documentation names. */
function waitingPackets(connection: unknown): readonly unknown[] {
  const holds = typeof connection === 'object' && connection !== null && 'writeBuffer' in connection;
  return holds && Array.isArray(connection.writeBuffer) ? connection.writeBuffer : [];
}

function charsOf(packet: unknown): number {
  const data: unknown = typeof packet === 'object' && packet !== null && 'data' in packet ? packet.data : undefined;
  return typeof data === 'string' ? data.length : 0;
}
