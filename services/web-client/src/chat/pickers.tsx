import {
  BriefcaseBusiness,
  ChevronDown,
  Cpu,
  Feather,
  type LucideIcon,
  MessageCircle,
  Microscope,
  Settings2,
} from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLabel } from '../ui/menu.tsx';
import { useModels, usePersonas } from './use-options.ts';

const PERSONA_ICONS: Readonly<Record<string, LucideIcon>> = {
  assistant: MessageCircle,
  creative: Feather,
  analytical: Microscope,
  professional: BriefcaseBusiness,
};
const DEFAULT_PERSONA = 'assistant';
/** The choice that leaves the model to the server; no model can have this name. */
const SERVER_DEFAULT = '';

export type PickerProps = { value: string | undefined; onChange: (value: string | undefined) => void };

/** Chooses the way of answering. */
export function PersonaPicker({ value = DEFAULT_PERSONA, onChange }: PickerProps) {
  const { data: personas = [] } = usePersonas();
  const current = personas.find(({ id }) => id === value);
  const Icon = PERSONA_ICONS[value] ?? MessageCircle;
  if (personas.length === 0) return null;
  // Of somebody else in the conversation, or deleted meanwhile.
  const name = current?.name ?? texts.composer.otherPersona;
  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <PickerButton label={`${texts.composer.persona}: ${name}`} icon={<Icon size={15} aria-hidden />}>
          {name}
        </PickerButton>
      }
    >
      <MenuLabel>{texts.composer.persona}</MenuLabel>
      <MenuChoices value={value} onValueChange={onChange}>
        {personas.map(({ id, name: choice, description }) => (
          <MenuChoice key={id} value={id} note={description === '' ? undefined : description}>
            {choice}
          </MenuChoice>
        ))}
      </MenuChoices>
      <ManageItem to="/settings/personas">{texts.composer.managePersonas}</ManageItem>
    </Menu>
  );
}

/** Chooses the model, or leaves it to the server. */
export function ModelPicker({ value, onChange }: PickerProps) {
  const { user } = useServices();
  const models = useModels();
  const items = models.data?.items ?? [];
  const configured = models.data?.configuredDefault;
  const standard = items.find(({ isDefault }) => isDefault) ?? items[0];
  const isConfiguredMissing =
    configured !== undefined && items.length > 0 && items.every(({ name }) => name !== configured);
  // A model that was chosen and is gone stays visible as the choice that it was.
  const label = models.isError
    ? texts.composer.modelsFailed
    : (value ?? standard?.name ?? (models.isPending ? texts.composer.modelsLoading : texts.composer.modelDefault));
  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <PickerButton
          label={`${texts.composer.model}: ${label}`}
          icon={<Cpu size={15} aria-hidden />}
          disabled={items.length === 0}
        >
          {label}
        </PickerButton>
      }
    >
      <MenuLabel>{texts.composer.model}</MenuLabel>
      <MenuChoices
        value={value ?? SERVER_DEFAULT}
        onValueChange={(next) => onChange(next === SERVER_DEFAULT ? undefined : next)}
      >
        <MenuChoice value={SERVER_DEFAULT} note={standard?.name}>
          {texts.composer.modelDefault}
        </MenuChoice>
        {items.map(({ name, parameterSize, isDemo }) => (
          <MenuChoice key={name} value={name} note={parameterSize}>
            {name}
            {isDemo && (
              <span className="rounded bg-accent-soft px-1.5 text-2xs text-accent">{texts.composer.demoTag}</span>
            )}
          </MenuChoice>
        ))}
      </MenuChoices>
      {isConfiguredMissing && (
        <p className="px-2.5 py-1.5 text-2xs text-ink-faint">{texts.composer.notInstalled(configured)}</p>
      )}
      {user.role === 'admin' && <ManageItem to="/settings/models">{texts.composer.manageModels}</ManageItem>}
    </Menu>
  );
}

/** The way to where the choices are made. */
function ManageItem({ to, children }: { to: string; children: string }) {
  const navigate = useNavigate();
  return (
    <div className="mt-1.5 border-t border-line pt-1.5">
      <MenuItem icon={<Settings2 size={16} aria-hidden />} onSelect={() => void navigate(to)}>
        {children}
      </MenuItem>
    </div>
  );
}

function PickerButton({
  label,
  icon,
  children,
  ...rest
}: ComponentProps<'button'> & { label: string; icon: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      className="inline-flex h-8 min-w-0 items-center gap-1.5 rounded-lg px-2 text-xs text-ink-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-60 data-[state=open]:bg-hover"
      {...rest}
    >
      <span className="text-ink-faint">{icon}</span>
      <span className="truncate">{children}</span>
      <ChevronDown size={13} aria-hidden className="shrink-0 text-ink-faint" />
    </button>
  );
}
