import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';

export const MENU_ITEM_LOOK =
  'relative flex min-h-9 select-none items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm text-ink outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-50';

export const MENU_LOOK =
  'z-50 max-h-[min(26rem,80vh)] min-w-44 max-w-[min(22rem,calc(100vw-1.25rem))] animate-pop overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-pop';

/** A menu that opens from its trigger. */
export function Menu({
  trigger,
  children,
  ...content
}: { trigger: ReactNode } & ComponentProps<typeof DropdownMenu.Content>) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          sideOffset={6}
          collisionPadding={10}
          className={`origin-(--radix-dropdown-menu-content-transform-origin) ${MENU_LOOK}`}
          {...content}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ icon, children, ...rest }: { icon?: ReactNode } & ComponentProps<typeof DropdownMenu.Item>) {
  return (
    <DropdownMenu.Item className={MENU_ITEM_LOOK} {...rest}>
      {icon !== undefined && <span className="text-ink-faint">{icon}</span>}
      {children}
    </DropdownMenu.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 text-2xs font-medium text-ink-faint">
      {children}
    </DropdownMenu.Label>
  );
}

export const MenuChoices = DropdownMenu.RadioGroup;

/** One of several choices, with a line of explanation. */
export function MenuChoice({ value, note, children }: { value: string; note?: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.RadioItem value={value} className={`${MENU_ITEM_LOOK} pr-9`}>
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2 wrap-anywhere">{children}</span>
        {note !== undefined && <span className="block text-2xs text-ink-faint">{note}</span>}
      </span>
      <DropdownMenu.ItemIndicator className="absolute right-2.5 text-accent">
        <Check size={16} aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}
