// `npm run audit`: fails when something that is shipped has a known hole of high or critical severity, as the registry tells.
import { rootDir } from './root-dir.ts';
import { runProgram } from './run-program.ts';

const args = ['audit', '--prod', '--audit-level', 'high'];
const { code, output } = await runProgram({ command: 'pnpm', args, cwd: rootDir });
console.log(output.trim());
process.exitCode = code;
