import { Download } from 'lucide-react';
import { useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { useServices } from '../shell/services.tsx';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { PasswordField } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { notify } from '../ui/notices.tsx';
import { saveFile } from '../ui/save-file.ts';
import { useForm } from '../ui/use-form.ts';
import { ConversationsData } from './conversations-data.tsx';

/** Takes the account's data away, or the account itself. */
export function DataSection() {
  const { api } = useServices();
  const [isDeleting, setDeleting] = useState(false);
  const { data } = texts.settings;

  async function download(): Promise<void> {
    try {
      const account = await api.exportAccount();
      const day = new Date().toISOString().slice(0, 10);
      const data = new Blob([JSON.stringify(account, undefined, 2)], { type: 'application/json' });
      saveFile({ name: `account-${day}.json`, data });
    } catch (error) {
      notify(problemText(problemOf(error)));
    }
  }

  return (
    <div className="grid gap-8">
      <ConversationsData />
      <div className="grid justify-items-start gap-3">
        <h2 className="text-lg font-semibold">{data.exportTitle}</h2>
        <p className="text-sm text-ink-soft">{data.exportLead}</p>
        <Button onClick={() => void download()}>
          <Download size={16} aria-hidden />
          {data.exportAction}
        </Button>
      </div>
      <div className="grid justify-items-start gap-3">
        <h2 className="text-lg font-semibold">{data.deleteTitle}</h2>
        <p className="text-sm text-ink-soft">{data.deleteLead}</p>
        <Button look="danger" onClick={() => setDeleting(true)}>
          {data.deleteAction}
        </Button>
      </div>
      <Modal open={isDeleting} onOpenChange={setDeleting} title={data.deleteQuestion} returnFocus={() => {}}>
        <DeleteForm />
      </Modal>
    </div>
  );
}

function DeleteForm() {
  const { api, session } = useServices();
  const { data } = texts.settings;
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['password'],
    check: ({ password }) => (password === '' ? { password: texts.auth.required.password } : {}),
    async submit(values) {
      const { purgeAt } = await api.deleteAccount(values);
      notify(data.deleted(formatDate(new Date(purgeAt))));
      session.leave();
    },
    wordings: { password: texts.settings.password.wrong },
  });
  return (
    <form ref={form} noValidate className="mt-4 grid gap-4" onSubmit={onSubmit}>
      <p className="text-sm text-ink-soft">{data.deleteBody}</p>
      <FormProblem problem={problem} />
      <PasswordField error={errors.password} autoComplete="current-password" />
      <Button type="submit" look="danger" disabled={isBusy}>
        {data.deleteAction}
      </Button>
    </form>
  );
}
