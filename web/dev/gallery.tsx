/**
 * The app's screens with invented people in them, to look at and take pictures of. Not part of the
 * build. Open `/dev/gallery.html?peers=4&panel=chat&scene=room` on the development server.
 */
import { createRoot } from 'react-dom/client';
import { Levels } from '../src/client/levels';
import { browserWorld, RoomClient } from '../src/client/RoomClient';
import { parseParams } from '../src/settings/params';
import { DEFAULT_PREFS, type Theme } from '../src/settings/prefs';
import { createRoomStore } from '../src/state/store';
import {
  addMedia,
  addMessage,
  addPeer,
  addToast,
  changeChat,
  changeView,
} from '../src/state/updates';
import type { Panel, State } from '../src/state/types';
import '../src/styles/tokens.css';
import '../src/styles/base.css';
import { AppContext } from '../src/ui/app';
import { Screens } from '../src/ui/Screens';
import { paintedTrack } from './painted';

const NAMES = [
  'Ada Lovelace', 'Kenji Watanabe', 'Fatima Zahra El Amrani', 'Óscar', '李小龙', 'Priya Raman',
  'Tom & Jerry', '<img src=x onerror=alert(1)>', 'Wolfeschlegelsteinhausenbergerdorff the Younger',
  'Мария', 'Zoë', 'Ngozi',
]; // prettier-ignore

const query = new URLSearchParams(location.search);
const count = Number(query.get('peers') ?? 3);
const theme = (query.get('theme') ?? 'auto') as Theme;
const store = createRoomStore('calm-otter-417', 'me', {
  ...DEFAULT_PREFS,
  displayName: 'Hoshi Tanaka',
  theme,
});
const params = parseParams(location.search);
const client = new RoomClient(store, params, browserWorld());
const set = (step: (state: State) => Partial<State>) => store.setState(step);

if (query.get('cam') !== '0') {
  const track = paintedTrack('Hoshi', 12);
  set(() => ({ webcam: { status: 'live', track, muted: false, problem: null } }));
}
set(() => ({ devices: someDevices() }));
if (query.get('problem') !== null) {
  set(({ webcam }) => ({ webcam: { ...webcam, track: null, problem: 'denied' } }));
}
const scene = query.get('scene') ?? 'room';
if (scene !== 'lobby') enterRoom();

function enterRoom(): void {
  set(() => ({ phase: { name: 'connected', since: Date.now() - 754_000 } }));
  for (let i = 0; i < count; i++) addSomebody(i);
  if (query.get('share') !== null) addVideo('p0', 'share0', true, 7);
  set((state) => ({
    activeSpeaker: count > 1 ? 'p1' : null,
    path: { send: 'connected', recv: 'connected' },
    ...changeChat(state, { channel: 'open', botChannel: 'open' }),
  }));
  addConversation();
  set((state) => changeView(state, { panel: query.get('panel') as Panel }));
  if (query.get('panel') === null) set((state) => changeChat(state, { unread: 3 }));
  if (query.get('toast') !== null) set((state) => addToast(state, 'info', 'Ada Lovelace joined'));
  if (query.get('dialog') !== null) {
    const open = query.get('dialog');
    set((state) =>
      changeView(state, { settingsOpen: open === 'settings', statsOpen: open === 'stats' }),
    );
  }
  if (scene === 'reconnecting') set(() => ({ phase: { name: 'reconnecting', attempt: 1 } }));
  if (scene === 'blocked') set((state) => changeView(state, { soundBlocked: true }));
  if (scene === 'closed') set(() => ({ phase: { name: 'closed', why: 'ended', detail: null } }));
}

function addSomebody(i: number): void {
  const id = `p${i}`;
  const displayName = NAMES[i % NAMES.length] ?? '';
  set((state) => addPeer(state, { id, peerId: id, displayName, device: { name: 'Chrome' } }));
  if (i % 4 !== 3) addVideo(id, `v${i}`, false, i);
}

function addVideo(peerId: string, id: string, share: boolean, seed: number): void {
  const common = {
    type: 'simple',
    codec: 'VP8',
    producerPaused: false,
    localPaused: false,
    offered: null,
    wanted: null,
    chosen: { spatial: null, temporal: null },
    priority: 1,
  } as const;
  const track = paintedTrack(share ? 'screen' : peerId, seed);
  set((state) =>
    addMedia(state, { ...common, id, peerId, kind: 'video', share, track, score: null }),
  );
}

function addConversation(): void {
  const at = Date.now() - 600_000;
  const say = (i: number, text: string, minute: number) =>
    set((state) =>
      addMessage(state, {
        from: { kind: 'peer', id: `p${i}` },
        name: NAMES[i] ?? '',
        text,
        toBot: false,
        at: at + minute * 60_000,
      }),
    );
  say(0, 'Hi all! Can you hear me?', 0);
  say(0, 'I am on the train, so it may break up now and then.', 0.4);
  set((state) =>
    addMessage(state, {
      from: { kind: 'me' },
      name: 'Hoshi',
      text: 'Loud and clear 👋',
      toBot: false,
      at: at + 60_000,
    }),
  );
  say(7, '<b>this is not bold</b> <script>alert(1)</script>', 2);
  set((state) =>
    addMessage(state, {
      from: { kind: 'me' },
      name: 'Hoshi',
      text: 'what is the time?',
      toBot: true,
      at: at + 240_000,
    }),
  );
  set((state) =>
    addMessage(state, {
      from: { kind: 'bot' },
      name: 'Bot',
      text: 'Hoshi Tanaka said me: "what is the time?"',
      toBot: false,
      at: at + 241_000,
    }),
  );
}

function someDevices() {
  const named = (...labels: string[]) => labels.map((label) => ({ id: label, label }));
  return {
    mics: named('Built-in Microphone', 'USB Headset'),
    webcams: named('FaceTime HD Camera', 'Logitech Brio'),
    speakers: named('Built-in Speakers', 'USB Headset'),
  };
}

const root = document.getElementById('app');
if (root !== null) {
  createRoot(root).render(
    <AppContext value={{ store, client, levels: new Levels(store, client), params }}>
      <Screens />
    </AppContext>,
  );
}
