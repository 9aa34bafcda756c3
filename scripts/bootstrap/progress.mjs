/** A failure whose message is all the reader needs: it is printed without a stack. */
export class BootstrapError extends Error {}

/**
 * Runs one step and says on stderr what it is and how long it took; stdout belongs to the command.
 *
 * @template T
 * @param {string} name what is being done, for example "installing dependencies"
 * @param {() => Promise<T>} step
 * @returns {Promise<T>}
 */
export async function withProgress(name, step) {
  const startedAtMs = Date.now();
  const interactive = process.stderr.isTTY === true;
  if (interactive) process.stderr.write(`· ${name} …`);
  try {
    const result = await step();
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    process.stderr.write(`${interactive ? '\r\x1b[K' : ''}✓ ${name} (${seconds} s)\n`);
    return result;
  } catch (error) {
    process.stderr.write(`${interactive ? '\r\x1b[K' : ''}✗ ${name}\n`);
    throw error;
  }
}
