// `pnpm check:deploy`: what can be checked of the deployment without Docker, by the tools that will read it.
import { parseArgs } from 'node:util';
import { checkDeploy } from './deploy/check-deploy.ts';

const { values } = parseArgs({ options: { require: { type: 'string', default: '' } } });
// Of the tools named here, for example "promtool,kubectl", none may be missing.
const requiredTools = values.require.split(',');

process.exitCode = (await checkDeploy({ requiredTools })) ? 0 : 1;
