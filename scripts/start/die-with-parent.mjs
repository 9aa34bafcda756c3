// Preloaded into every child process (node --import): ends it when the process that started it is gone, even by SIGKILL.
// The parent holds the other end of the child's IPC channel; the operating system closes it with the parent.
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

const graceMs = 1_000;

if (process.channel !== undefined) {
  process.once('disconnect', () => {
    discardOutput();
    // Without a listener the signal's default would have ended the process; there is no parent to tell the code to.
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143);
    setTimeout(() => process.exit(143), graceMs).unref();
  });
  // Listening keeps the channel, and with it the process, alive: it shall end when its own work is done.
  process.channel.unref();
}

/**
 * Nobody reads what is printed any more, and there are writers that never give up on a broken pipe: sonic-boom, below
 * pino, repeats it for ever when it flushes at the exit. A file that is opened takes the lowest free number.
 */
function discardOutput() {
  for (const fd of [1, 2]) {
    try {
      closeSync(fd);
      openSync(devNull, 'w');
    } catch {
      // It was closed already.
    }
  }
}
