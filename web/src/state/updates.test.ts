import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_PREFS } from '../settings/prefs';
import { peerInfo } from '../testing/peerInfo';
import { createRoomStore, type Store } from './store';
import type { ChatMessage } from './types';
import {
  addMessage,
  addPeer,
  addToast,
  changeMedia,
  changeView,
  dropSession,
  MAX_HISTORY,
  removePeer,
  renamePeer,
} from './updates';

let store: Store;

beforeEach(() => {
  store = createRoomStore('room', 'me', DEFAULT_PREFS);
});

function message(text: string, from: ChatMessage['from'] = { kind: 'peer', id: 'p' }) {
  return { from, name: 'P', text, toBot: false, at: 0 };
}

describe('chat', () => {
  it('counts messages of others as unread until the chat is opened', () => {
    store.setState((state) => addMessage(state, message('one')));
    store.setState((state) => addMessage(state, message('two', { kind: 'bot' })));
    store.setState((state) => addMessage(state, message('mine', { kind: 'me' })));
    expect(store.getState().chat.unread).toBe(2);
    store.setState((state) => changeView(state, { panel: 'chat' }));
    expect(store.getState().chat.unread).toBe(0);
    store.setState((state) => addMessage(state, message('three')));
    expect(store.getState().chat.unread).toBe(0);
  });

  it('forgets the oldest beyond its limit and never repeats a key', () => {
    for (let i = 0; i < MAX_HISTORY + 20; i++) {
      store.setState((state) => addMessage(state, message(`${i}`)));
    }
    const { messages } = store.getState().chat;
    expect(messages).toHaveLength(MAX_HISTORY);
    expect(messages[0]?.text).toBe('20');
    expect(new Set(messages.map(({ key }) => key)).size).toBe(MAX_HISTORY);
  });

  it('outlives a lost connection', () => {
    store.setState((state) => addMessage(state, message('kept')));
    store.setState(dropSession);
    expect(store.getState().chat).toMatchObject({ channel: 'off', botChannel: 'off' });
    expect(store.getState().chat.messages).toHaveLength(1);
  });
});

describe('peers', () => {
  it('may carry names of object members without harm', () => {
    for (const id of ['__proto__', 'constructor', 'toString']) {
      store.setState((state) => renamePeer(state, id, 'x'));
      store.setState((state) => addPeer(state, peerInfo(id, '')));
    }
    expect([...store.getState().peers.keys()]).toEqual(['__proto__', 'constructor', 'toString']);
    expect(store.getState().peers.get('constructor')?.name).toBe('Guest');
  });

  it('stop being the active speaker when they leave', () => {
    store.setState((state) => addPeer(state, peerInfo('p')));
    store.setState({ activeSpeaker: 'p' });
    store.setState((state) => removePeer(state, 'p'));
    expect(store.getState()).toMatchObject({ activeSpeaker: null });
    expect(store.getState().peers.size).toBe(0);
  });
});

describe('media', () => {
  it('that is not there is not changed', () => {
    expect(changeMedia(store.getState(), 'x', { producerPaused: true })).toEqual({});
  });
});

describe('toasts', () => {
  it('are few, and say the same thing only once', () => {
    for (const text of ['a', 'b', 'b', 'c', 'd', 'e']) {
      store.setState((state) => addToast(state, 'info', text));
    }
    expect(store.getState().toasts.map(({ text }) => text)).toEqual(['b', 'c', 'd', 'e']);
  });
});
