import { useState } from 'react';
import { inviteLink } from '../../settings/params';
import { addToast } from '../../state/updates';
import { useApp } from '../app';
import { Button, IconButton } from './Button';
import { CheckIcon, LinkIcon } from './icons';

/** How long the tick is shown. */
const DONE_MS = 2000;

/** Copies the address that brings others here. */
export function useInvite(): { copy: () => void; done: boolean } {
  const { store } = useApp();
  const [done, setDone] = useState(false);
  const copy = () => {
    const link = inviteLink(window.location);
    writeClipboard(link).then(
      () => {
        store.setState((state) => addToast(state, 'info', 'Invitation link copied'));
        setDone(true);
        setTimeout(() => setDone(false), DONE_MS);
      },
      () => store.setState((state) => addToast(state, 'error', `Copy this link: ${link}`)),
    );
  };
  return { copy, done };
}

export function InviteButton({ wide = false }: { wide?: boolean }) {
  const { copy, done } = useInvite();
  const icon = done ? <CheckIcon /> : <LinkIcon />;
  return wide ? (
    <Button wide onClick={copy} testId="invite-wide">
      {icon} Copy invitation link
    </Button>
  ) : (
    <IconButton label="Copy invitation link" onClick={copy} testId="invite">
      {icon}
    </IconButton>
  );
}

async function writeClipboard(text: string): Promise<void> {
  // Absent on pages that are not secure, whatever the type says.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) throw new Error('no clipboard');
  await clipboard.writeText(text);
}
