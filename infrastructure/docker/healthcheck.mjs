// The health check of the images, which have no curl: 0 when the process says that it is ready.
import { request } from 'node:http';

const { HEALTHCHECK_URL, METRICS_PORT = '0' } = process.env;
const call = request(HEALTHCHECK_URL ?? `http://127.0.0.1:${METRICS_PORT}/readyz`, { timeout: 4_000 }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
call.on('timeout', () => process.exit(1));
call.on('error', () => process.exit(1));
call.end();
