import { Counter, type Registry } from '@chatbot/service-kit';
import { type AuthEventCounter, authEvents } from '../app/ports.ts';

/** auth_events_total, with every event at 0 from the start. */
export function createPrometheusAuthEvents(registry: Registry): AuthEventCounter {
  const counter = new Counter({
    name: 'auth_events_total',
    help: 'What happened to accounts and sessions',
    labelNames: ['event'],
    registers: [registry],
  });
  for (const event of authEvents) counter.inc({ event }, 0);
  return { count: (event) => counter.inc({ event }) };
}
