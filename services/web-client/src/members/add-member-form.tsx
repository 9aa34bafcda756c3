import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MemberRole } from '../api/people.ts';
import type { Conversation } from '../api/schemas.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/fields.tsx';
import { FormProblem } from '../ui/form-problem.tsx';
import { useForm } from '../ui/use-form.ts';
import { RoleSelect } from './role-select.tsx';
import { reloadPeople } from './use-people.ts';

/** Makes the account with an address a member. */
export function AddMemberForm({ conversation }: { conversation: Conversation }) {
  const { people } = useServices().api;
  const queryClient = useQueryClient();
  const [role, setRole] = useState<MemberRole>('writer');
  const { form, errors, problem, isBusy, onSubmit } = useForm({
    fields: ['email'],
    check: ({ email }) => (email === '' ? { email: texts.auth.required.email } : {}),
    async submit({ email }) {
      await people.addMember(conversation.id, { email, role });
      form.current?.reset();
      void reloadPeople(queryClient, conversation.id);
    },
    wordings: { email: texts.members.noAccount },
  });
  return (
    <form ref={form} noValidate className="mt-4 grid gap-3" onSubmit={onSubmit}>
      <FormProblem problem={problem} />
      <Field
        name="email"
        label={texts.members.byEmail}
        error={errors.email}
        type="email"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
      />
      <div className="flex justify-end gap-2">
        <RoleSelect label={texts.members.role} value={role} onChange={setRole} />
        <Button type="submit" look="primary" disabled={isBusy}>
          {texts.members.add}
        </Button>
      </div>
    </form>
  );
}
