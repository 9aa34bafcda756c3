import { ChartColumn, Cpu, Database, KeyRound, Monitor, SlidersHorizontal, Smile, UserRound } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { NavLink, useParams } from 'react-router';
import { Page } from '../shell/page.tsx';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { UsageSection } from '../usage/usage-section.tsx';
import { DataSection } from './data-section.tsx';
import { ModelsSection } from './models-section.tsx';
import { PersonasSection } from './personas-section.tsx';
import { PreferencesSection } from './preferences-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { SecuritySection } from './security-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

const SECTIONS = {
  profile: { Icon: UserRound, Section: ProfileSection },
  preferences: { Icon: SlidersHorizontal, Section: PreferencesSection },
  personas: { Icon: Smile, Section: PersonasSection },
  usage: { Icon: ChartColumn, Section: UsageSection },
  security: { Icon: KeyRound, Section: SecuritySection },
  sessions: { Icon: Monitor, Section: SessionsSection },
  data: { Icon: Database, Section: DataSection },
  models: { Icon: Cpu, Section: ModelsSection },
} as const;

type SectionName = keyof typeof SECTIONS;

const FOR_ADMINISTRATORS: ReadonlySet<SectionName> = new Set(['models']);

/** The settings of the account, one section at a time; the address names it. */
export function SettingsPage() {
  const { section = '' } = useParams();
  const { user } = useServices();
  const names = (Object.keys(SECTIONS) as SectionName[]).filter(
    (key) => user.role === 'admin' || !FOR_ADMINISTRATORS.has(key),
  );
  const name = names.find((key) => key === section) ?? 'profile';
  const { Section } = SECTIONS[name];
  const title = texts.settings.sections[name];

  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
  }, [title]);

  return (
    <Page title={texts.settings.title}>
      <nav aria-label={texts.settings.title} className="mt-6 -mx-1 flex flex-wrap gap-1 border-b border-line pb-3">
        {names.map((key) => {
          const { Icon } = SECTIONS[key];
          return (
            <Tab key={key} to={`/settings/${key}`} isCurrent={key === name} icon={<Icon size={16} aria-hidden />}>
              {texts.settings.sections[key]}
            </Tab>
          );
        })}
      </nav>
      <section aria-label={title} className="max-w-xl pt-6">
        <Section />
      </section>
    </Page>
  );
}

function Tab({
  to,
  isCurrent,
  icon,
  children,
}: {
  to: string;
  isCurrent: boolean;
  icon: ReactNode;
  children: ReactNode;
}) {
  return (
    <NavLink
      to={to}
      aria-current={isCurrent ? 'page' : undefined}
      className="inline-flex h-9 items-center gap-2 rounded-lg px-3 text-sm text-ink-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-ink"
    >
      {icon}
      {children}
    </NavLink>
  );
}
