// Makes a folder a package of the workspace: what it ships (`files` of its package.json) and its production dependencies.
//   node infrastructure/docker/deploy.mjs <folder> <package>…
// Then takes out what no running service opens: types, source maps of others, database engines that are not Postgres, and binaries for systems that
// are not Linux.
import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [outDir, ...names] = process.argv.slice(2);
if (outDir === undefined || names.length === 0) throw new Error('usage: deploy.mjs <folder> <package>…');

const [toolchain] = globSync('.toolchain/pnpm-*/node_modules/pnpm/bin/pnpm.mjs');
if (toolchain === undefined) throw new Error('the toolchain is missing: run scripts/bootstrap.mjs build first');

for (const name of names) {
  const target = join(outDir, name);
  const args = ['--filter', `@chatbot/${name}`, 'deploy', '--prod', '--legacy', '--ignore-scripts', target];
  execFileSync(process.execPath, [toolchain, ...args], { stdio: 'inherit' });
  const before = sizeOf(target);
  prune(target);
  console.log(`${name}: ${megabytes(sizeOf(target))} MB (${megabytes(before)} MB before pruning)`);
}

function prune(target) {
  const store = join(target, 'node_modules', '.pnpm');
  const unneeded = [
    '*/node_modules/**/*.{d.ts,d.mts,d.cts}',
    '*/node_modules/**/*.{js,mjs,cjs}.map',
    '@types+*',
    'bcrypt@*/node_modules/bcrypt/prebuilds/{darwin,win32}*',
    // Prisma's runtime has a query compiler for every database, each in four encodings.
    '@prisma+client@*/node_modules/@prisma/client/runtime/*.{mysql,sqlite,sqlserver,cockroachdb}.*',
    '@prisma+client@*/node_modules/@prisma/client/runtime/{query_compiler_small,wasm-compiler-edge}*',
  ];
  for (const pattern of unneeded) {
    for (const path of globSync(pattern, { cwd: store })) {
      // Our own maps stay: they turn a stack trace back into lines of the sources.
      if (!path.startsWith('@chatbot+')) rmSync(join(store, path), { recursive: true, force: true });
    }
  }
}

function sizeOf(dir) {
  return readdirSync(dir, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sum + sizeOf(path);
    return entry.isFile() ? sum + statSync(path).size : sum;
  }, 0);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
