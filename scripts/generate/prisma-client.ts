import { runPackageBin } from '../run-package-bin.ts';

/**
 * Generates the Prisma client of one service. Generating needs no schema engine, yet the CLI downloads one first; naming
 * an existing program as the engine keeps it from trying, so that this works without a network.
 */
export async function generatePrismaClient(serviceDir: string): Promise<void> {
  await runPackageBin({
    packageDir: serviceDir,
    bin: 'prisma',
    args: ['generate', '--no-hints'],
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
}
