const sslRequestCode = 80_877_103;

/**
 * Counts the statements that a client runs, from the bytes of one connection: Query and Execute messages
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export function createStatementCounter(onStatement: () => void): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      // The startup message has no type; every later one begins with one byte of it.
      const headLength = started ? 1 : 0;
      if (pending.length < headLength + 4) return;
      const messageLength = headLength + pending.readUInt32BE(headLength);
      if (pending.length < messageLength) return;
      if (!started) started = pending.readUInt32BE(4) !== sslRequestCode;
      else if (pending[0] === 0x45 || pending[0] === 0x51) onStatement();
      pending = pending.subarray(messageLength);
    }
  };
}
