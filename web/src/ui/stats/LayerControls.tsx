import { useState } from 'react';
import type { Offered } from '../../quality/reason';
import type { RemoteMedia } from '../../state/types';
import { useApp } from '../app';
import { Button } from '../common/Button';
import styles from './stats.module.css';

/** What the server takes. */
const PRIORITY = { low: 1, high: 255 };

const AUTOMATIC = 'auto';

/** Asks the server for other layers, for more importance, or for a fresh picture. */
export function LayerControls({ media }: { media: RemoteMedia }) {
  const { client } = useApp();
  return (
    <section className={styles.controls}>
      {media.offered !== null && <Choices media={media} offered={media.offered} />}
      <Button
        testId="stats-key-frame"
        onClick={() => void client.requestKeyFrame(media.id)}
        title="Repairs a picture that looks broken"
      >
        Ask for a key frame
      </Button>
    </section>
  );
}

function Choices({ media, offered }: { media: RemoteMedia; offered: Offered }) {
  const { client } = useApp();
  const { id, chosen, priority } = media;
  return (
    <div className={styles.choices}>
      {offered.spatial > 1 && (
        <LayerSelect
          label="Picture size"
          count={offered.spatial}
          value={chosen.spatial}
          onChange={(spatial) => void client.chooseLayers(id, { ...chosen, spatial })}
          testId="stats-spatial"
        />
      )}
      {offered.temporal > 1 && (
        <LayerSelect
          label="Frame rate"
          count={offered.temporal}
          value={chosen.temporal}
          onChange={(temporal) => void client.chooseLayers(id, { ...chosen, temporal })}
          testId="stats-temporal"
        />
      )}
      <Priority
        key={priority}
        value={priority}
        onChange={(next) => void client.setPriority(id, next)}
      />
    </div>
  );
}

interface LayerSelectProps {
  label: string;
  count: number;
  value: number | null;
  onChange: (layer: number | null) => void;
  testId: string;
}

function LayerSelect({ label, count, value, onChange, testId }: LayerSelectProps) {
  return (
    <label className={styles.field}>
      <span>{label}</span>
      <select
        value={value ?? AUTOMATIC}
        data-testid={testId}
        onChange={({ target }) =>
          onChange(target.value === AUTOMATIC ? null : Number(target.value))
        }
      >
        <option value={AUTOMATIC}>Automatic</option>
        {Array.from({ length: count }, (_, layer) => (
          <option key={layer} value={layer}>
            {`${layer + 1} of ${count}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Priority({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const [text, setText] = useState(String(value));
  const next = Number(text);
  const valid = Number.isInteger(next) && next >= PRIORITY.low && next <= PRIORITY.high;
  return (
    <form
      className={styles.field}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && next !== value) onChange(next);
      }}
    >
      <label htmlFor="stats-priority">Priority</label>
      <input
        id="stats-priority"
        type="number"
        min={PRIORITY.low}
        max={PRIORITY.high}
        value={text}
        aria-invalid={!valid}
        title="1 to 255; the higher comes first where your connection does not carry all"
        onChange={(event) => setText(event.target.value)}
        onBlur={(event) => {
          if (valid) event.target.form?.requestSubmit();
          else setText(String(value));
        }}
        data-testid="stats-priority"
      />
    </form>
  );
}
