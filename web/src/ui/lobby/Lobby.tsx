import { useState, type SubmitEvent } from 'react';
import { MAX_NAME } from '../../settings/names';
import { changePrefs } from '../../state/updates';
import { useApp, useRoom, useRoomParts } from '../app';
import { Button } from '../common/Button';
import { ArrowIcon } from '../common/icons';
import { InviteButton } from '../common/InviteButton';
import { Logo } from '../common/Logo';
import { ThemeToggle } from '../common/ThemeToggle';
import { DeviceFields } from './DeviceFields';
import { Preview } from './Preview';
import styles from './Lobby.module.css';

/** Before the call: who one is, and what the others will see and hear. */
export function Lobby() {
  const { params } = useApp();
  const roomId = useRoom((state) => state.room.id);
  return (
    <div className={styles.page} data-testid="lobby">
      <header className={styles.top}>
        <Logo />
        <ThemeToggle />
      </header>
      <main className={styles.main}>
        {params.produce && <Preview />}
        <section className={styles.card} aria-labelledby="room-name">
          <p className={styles.kicker}>You are about to join</p>
          <div className={styles.roomLine}>
            <h1 id="room-name" className={styles.room} data-testid="lobby-room">
              {roomId}
            </h1>
            <InviteButton />
          </div>
          <JoinForm />
        </section>
      </main>
    </div>
  );
}

function JoinForm() {
  const { client, store, params } = useApp();
  const { mic, webcam } = useRoomParts(({ mic, webcam }) => ({ mic, webcam }));
  const [name, setName] = useState(() => store.getState().me.name);
  const nothing = mic.track === null && webcam.track === null;

  const join = (event: SubmitEvent) => {
    event.preventDefault();
    const displayName = name.trim();
    store.setState((state) => ({
      me: { ...state.me, name: displayName },
      ...changePrefs(state, { displayName }),
    }));
    client.join();
  };
  return (
    <form className={styles.form} onSubmit={join}>
      <label className={styles.field}>
        <span className={styles.label}>Your name</span>
        <input
          className={styles.input}
          value={name}
          maxLength={MAX_NAME}
          placeholder="How others will see you"
          autoComplete="name"
          enterKeyHint="go"
          onChange={(event) => setName(event.target.value)}
          data-testid="lobby-name"
        />
      </label>
      {params.produce && <DeviceFields />}
      <Button look="primary" wide submit testId="join">
        Join <ArrowIcon />
      </Button>
      <p className={styles.hint} data-testid="lobby-hint">
        {nothing
          ? 'You will join without camera and microphone: you see, hear and chat.'
          : 'Your browser remembers your name and devices.'}
      </p>
    </form>
  );
}
