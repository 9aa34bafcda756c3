import { createContext, type ReactNode, useContext } from 'react';
import type { ApiClient } from '../api/client.ts';
import type { User } from '../api/schemas.ts';
import type { LiveClient } from '../live/live-client.ts';
import type { ModelPull } from '../live/model-pull.ts';
import type { Session } from '../session/session.ts';

/** What the screens of a signed-in account work with. */
export type Services = { session: Session; api: ApiClient; live: LiveClient; modelPull: ModelPull; user: User };

const ServicesContext = createContext<Services | undefined>(undefined);

export function ServicesProvider({ value, children }: { value: Services; children: ReactNode }) {
  return <ServicesContext value={value}>{children}</ServicesContext>;
}

/** @throws Error outside a signed-in account's screens */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error('useServices needs a ServicesProvider above it');
  return services;
}
