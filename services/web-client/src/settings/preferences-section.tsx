import { useModels, usePersonas } from '../chat/use-options.ts';
import { LanguageSelect } from '../shell/language-choice.tsx';
import { ThemeChoice } from '../shell/theme-choice.tsx';
import { usePreferences, useSavePreferences } from '../shell/use-preferences.ts';
import { texts } from '../texts.ts';
import { Spinner } from '../ui/spinner.tsx';
import { ParametersForm } from './parameters-form.tsx';
import { SelectRow, SettingRow, SwitchRow } from './rows.tsx';

/** What new chats begin with, and how the page looks and behaves, on every device. */
export function PreferencesSection() {
  const preferences = usePreferences();
  const save = useSavePreferences();
  const { data: personas = [] } = usePersonas();
  const models = useModels().data?.items ?? [];
  const { preferences: words } = texts.settings;
  if (preferences === undefined) return <Spinner />;
  return (
    <div className="divide-y divide-line">
      <SettingRow label={texts.account.theme}>
        <div className="w-56">
          <ThemeChoice />
        </div>
      </SettingRow>
      <SettingRow label={texts.account.language}>
        <LanguageSelect />
      </SettingRow>
      <SwitchRow
        label={words.sendOnEnter}
        note={words.sendOnEnterNote}
        isOn={preferences.sendOnEnter}
        onChange={(sendOnEnter) => save({ sendOnEnter })}
      />
      <SelectRow
        label={words.persona}
        note={words.newChats}
        value={preferences.defaultPersona}
        options={[['', words.standard], ...personas.map(({ id, name }) => [id, name] as const)]}
        onChange={(defaultPersona) => save({ defaultPersona })}
      />
      <SelectRow
        label={words.model}
        note={words.newChats}
        value={preferences.defaultModel}
        options={[['', words.standard], ...models.map(({ name }) => [name, name] as const)]}
        onChange={(defaultModel) => save({ defaultModel })}
      />
      <ParametersForm />
    </div>
  );
}
