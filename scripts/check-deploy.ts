// `pnpm check:deploy`: what can be checked of the deployment without Docker, by the tools that will read it.
import { checkDeploy } from './deploy/check-deploy.ts';

process.exitCode = (await checkDeploy({ requireTools: process.argv.includes('--require') })) ? 0 : 1;
