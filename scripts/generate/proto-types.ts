import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runPackageBin } from '../run-package-bin.ts';

// The same as the loader options in proto/src/index.ts: the types describe what that loader makes.
const generatorOptions = [
  '--longs=Number',
  '--enums=String',
  '--defaults',
  '--arrays',
  '--oneofs',
  '--includeComments',
  '--grpcLib=@grpc/grpc-js',
  '--importFileExtension=.ts',
];

/**
 * Writes the types of every .proto file below protoDir to its src/generated. The folder is replaced as a whole, so that
 * a message that was removed leaves no type behind.
 */
export async function generateProtoTypes(protoDir: string): Promise<void> {
  const outDir = join(protoDir, 'src', 'generated');
  const draftDir = `${outDir}.${process.pid}`;
  const files = ['chatbot', 'google'].flatMap((dir) => listProtos(protoDir, dir));
  try {
    await runPackageBin({
      packageDir: protoDir,
      bin: 'proto-loader-gen-types',
      args: [...generatorOptions, '--includeDirs=.', `--outDir=${draftDir}`, ...files],
    });
    rmSync(outDir, { recursive: true, force: true });
    renameSync(draftDir, outDir);
  } finally {
    rmSync(draftDir, { recursive: true, force: true });
  }
}

function listProtos(protoDir: string, dir: string): string[] {
  return readdirSync(join(protoDir, dir), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.proto'))
    .map((path) => join(dir, path))
    .sort();
}
