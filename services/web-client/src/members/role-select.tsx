import type { MemberRole } from '../api/people.ts';
import { texts } from '../texts.ts';

const ROLES: readonly MemberRole[] = ['writer', 'reader'];

type RoleSelectProps = { label: string; value: MemberRole; onChange: (role: MemberRole) => void };

/** What somebody may do. */
export function RoleSelect({ label, value, onChange }: RoleSelectProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(ROLES.find((role) => role === event.target.value) ?? value)}
      className="h-9 shrink-0 rounded-lg border border-line bg-raised px-2 text-sm hover:border-line-strong"
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {texts.members.roles[role]}
        </option>
      ))}
    </select>
  );
}
