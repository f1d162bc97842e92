import { useEffect } from 'react';
import { changeView } from '../../state/updates';
import { useApp, useRoom, type App } from '../app';

/** Single keys for the controls, except while something is being typed. Can be turned off. */
export function useShortcuts(): void {
  const app = useApp();
  const enabled = useRoom((state) => state.prefs.shortcuts);
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (takesText(event.target)) return;
      if (press(event.key.toLowerCase(), app)) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [app, enabled]);
}

function press(key: string, { client, store, params }: App): boolean {
  const { mic, webcam, share, view } = store.getState();
  if (key === 'c') {
    const panel = view.panel === 'chat' ? null : 'chat';
    store.setState((state) => changeView(state, { panel }));
    return true;
  }
  if (key === 'i') {
    const panel = view.panel === 'stats' ? null : 'stats';
    store.setState((state) => changeView(state, { panel }));
    return true;
  }
  if (!params.produce) return false;
  if (key === 'm') void client.setMic(mic.track === null || mic.muted);
  else if (key === 'v') void client.setWebcam(webcam.track === null);
  else if (key === 's') void client.setShare(share.status === 'off');
  else return false;
  return true;
}

function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, dialog, [role="menu"]') !== null
  );
}
