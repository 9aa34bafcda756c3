// Makes the code that is not kept in git: the TypeScript types of the gRPC contracts, and the Prisma clients.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { generatePrismaClient } from './generate/prisma-client.ts';
import { generateProtoTypes } from './generate/proto-types.ts';
import { rootDir } from './root-dir.ts';

const protoDir = join(rootDir, 'proto');
const servicesDir = join(rootDir, 'services');

const prismaServices = readdirSync(servicesDir)
  .map((name) => join(servicesDir, name))
  .filter((dir) => existsSync(join(dir, 'prisma', 'schema.prisma')));

await Promise.all([generateProtoTypes(protoDir), ...prismaServices.map((dir) => generatePrismaClient(dir))]);

for (const dir of [protoDir, ...prismaServices])
  console.log(`generated ${relative(rootDir, join(dir, 'src', 'generated'))}`);
