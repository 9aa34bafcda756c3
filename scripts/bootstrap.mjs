// The entry of every command of this repository, for a machine that has only Node ≥ 18 and npm: it brings the pinned
// toolchain, installs the dependencies, generates code, and hands over to scripts/<command>.ts on Node 24.
// Plain JavaScript without dependencies, because it runs before any of them exists.

const oldestMajor = 18;

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  console.error(`Node ${oldestMajor} or newer is needed to begin with; this is Node ${process.versions.node}.`);
  process.exit(1);
}

// Imported only now, so that an older Node reports its version instead of a syntax error.
const { runCommand } = await import('./bootstrap/run-command.mjs');
process.exitCode = await runCommand(process.argv.slice(2));
