import { Switch } from 'radix-ui';
import { type ReactNode, useId } from 'react';

/** One setting: its name, a line about it, and the means to change it. */
export function SettingRow({ label, note, children }: { label: ReactNode; note?: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-4">
      <div className="min-w-0 flex-1 basis-52">
        <div className="text-sm font-medium">{label}</div>
        {note !== undefined && <p className="mt-0.5 text-xs text-ink-faint">{note}</p>}
      </div>
      {children}
    </div>
  );
}

type SwitchRowProps = { label: string; note: string; isOn: boolean; onChange: (isOn: boolean) => void };

export function SwitchRow({ label, note, isOn, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <SettingRow label={<label htmlFor={id}>{label}</label>} note={note}>
      <Switch.Root
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        className="h-6 w-11 rounded-full border border-line-strong bg-hover p-0.5 transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Switch.Thumb className="block size-4.5 rounded-full bg-line-strong transition-transform data-[state=checked]:translate-x-5 data-[state=checked]:bg-on-accent" />
      </Switch.Root>
    </SettingRow>
  );
}

type SelectRowProps = {
  label: string;
  note: string;
  value: string;
  options: readonly (readonly [value: string, name: string])[];
  onChange: (value: string) => void;
};

export function SelectRow({ label, note, value, options, onChange }: SelectRowProps) {
  const id = useId();
  // A choice that is not offered any more stays visible as the choice that it was.
  const all = options.some(([key]) => key === value) ? options : [...options, [value, value] as const];
  return (
    <SettingRow label={<label htmlFor={id}>{label}</label>} note={note}>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-9 max-w-full rounded-lg border border-line bg-raised px-2 text-sm hover:border-line-strong"
      >
        {all.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </SettingRow>
  );
}
