import { useState, type SubmitEvent } from 'react';
import { MAX_NAME } from '../../settings/names';
import type { Theme } from '../../settings/prefs';
import { changePrefs, changeView } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { DeviceFields } from '../lobby/DeviceFields';
import lobby from '../lobby/Lobby.module.css';
import styles from './SettingsDialog.module.css';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['auto', 'Same as system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function SettingsDialog() {
  const { store, params } = useApp();
  const close = () => store.setState((state) => changeView(state, { settingsOpen: false }));
  return (
    <Dialog title="Settings" onClose={close} testId="settings">
      <NameForm />
      {params.produce && <DeviceFields speaker />}
      <Appearance />
    </Dialog>
  );
}

function NameForm() {
  const { client } = useApp();
  const current = useRoom((state) => state.me.name);
  const [name, setName] = useState(current);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void client.rename(name);
  };
  return (
    <form className={styles.nameForm} onSubmit={submit}>
      <label className={lobby.field}>
        <span className={lobby.label}>Your name</span>
        <input
          className={lobby.input}
          value={name}
          maxLength={MAX_NAME}
          onChange={(event) => setName(event.target.value)}
          data-testid="settings-name"
        />
      </label>
      <Button submit disabled={name.trim() === '' || name.trim() === current} testId="rename">
        Change
      </Button>
    </form>
  );
}

function Appearance() {
  const { store } = useApp();
  const { theme, shortcuts } = useRoom((state) => state.prefs);
  return (
    <>
      <label className={lobby.field}>
        <span className={lobby.label}>Colours</span>
        <select
          className={lobby.input}
          value={theme}
          onChange={(event) => {
            const chosen = THEMES.find(([value]) => value === event.target.value)?.[0] ?? 'auto';
            store.setState((state) => changePrefs(state, { theme: chosen }));
          }}
        >
          {THEMES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={(event) =>
            store.setState((state) => changePrefs(state, { shortcuts: event.target.checked }))
          }
        />
        <span>
          Keyboard shortcuts: <kbd>M</kbd> microphone, <kbd>V</kbd> camera, <kbd>S</kbd> screen,{' '}
          <kbd>C</kbd> chat, <kbd>I</kbd> statistics
        </span>
      </label>
    </>
  );
}
