import type { LocalSource } from '../../client/capture';
import { changePrefs } from '../../state/updates';
import type { DeviceChoice } from '../../state/types';
import { useApp, useRoomParts } from '../app';
import styles from './Lobby.module.css';

const CAN_CHOOSE_SPEAKER = 'setSinkId' in HTMLMediaElement.prototype;

/** Camera, microphone and, where the browser can, speaker. */
export function DeviceFields({ speaker = false }: { speaker?: boolean }) {
  const { client, store } = useApp();
  const { devices, mic, webcam, prefs } = useRoomParts((state) => ({
    devices: state.devices,
    mic: state.mic,
    webcam: state.webcam,
    prefs: state.prefs,
  }));
  const open = (source: LocalSource) => (id: string) => void client.media.open(source, id);
  const setSpeaker = (speakerId: string) =>
    store.setState((state) => changePrefs(state, { speakerId }));
  return (
    <div className={styles.devices}>
      <DeviceField
        label="Camera"
        none="No camera"
        choices={devices.webcams}
        value={deviceIdOf(webcam.track) ?? prefs.webcamId}
        onChange={open('webcam')}
        testId="select-webcam"
      />
      <DeviceField
        label="Microphone"
        none="No microphone"
        choices={devices.mics}
        value={deviceIdOf(mic.track) ?? prefs.micId}
        onChange={open('mic')}
        testId="select-mic"
      />
      {speaker && CAN_CHOOSE_SPEAKER && devices.speakers.length > 0 && (
        <DeviceField
          label="Speaker"
          none="Default"
          choices={devices.speakers}
          value={prefs.speakerId}
          onChange={setSpeaker}
          testId="select-speaker"
        />
      )}
    </div>
  );
}

interface DeviceFieldProps {
  label: string;
  /** Shown when there is nothing to choose. */
  none: string;
  choices: DeviceChoice[];
  value: string | null;
  onChange: (id: string) => void;
  testId: string;
}

function DeviceField({ label, none, choices, value, onChange, testId }: DeviceFieldProps) {
  const known = choices.some(({ id }) => id === value);
  return (
    <label className={styles.field}>
      <span className={styles.label}>{label}</span>
      <select
        className={styles.input}
        value={known && value !== null ? value : (choices[0]?.id ?? '')}
        disabled={choices.length === 0}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      >
        {choices.length === 0 && <option value="">{none}</option>}
        {choices.map(({ id, label: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function deviceIdOf(track: MediaStreamTrack | null): string | null {
  return track?.getSettings().deviceId ?? null;
}
