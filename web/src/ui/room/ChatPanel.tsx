import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { reasonOf } from '../../client/problems';
import type { ChatMessage } from '../../state/types';
import { addToast } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { Avatar } from '../common/Avatar';
import { IconButton } from '../common/Button';
import { cx } from '../common/cx';
import { BotIcon, ChatIcon, SendIcon } from '../common/icons';
import { SidePanel } from './SidePanel';
import styles from './ChatPanel.module.css';

/** Messages of one sender within this time stand under one name. */
const GROUP_MS = 3 * 60_000;

/** Longer texts scroll inside the field. */
const MAX_ROWS = 5;

/** Far from the end, new messages do not pull the reader away. */
const NEAR_END_PX = 80;

export function ChatPanel() {
  return (
    <SidePanel title="Chat" testId="chat-panel">
      <History />
      <Composer />
    </SidePanel>
  );
}

function History() {
  const messages = useRoom((state) => state.chat.messages);
  const ref = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    const list = ref.current;
    if (list !== null && following.current) list.scrollTop = list.scrollHeight;
  }, [messages]);
  if (messages.length === 0) return <Silence />;
  return (
    <div
      ref={ref}
      className={styles.history}
      role="log"
      aria-label="Messages"
      tabIndex={0}
      onScroll={({ currentTarget: list }) => {
        following.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
      }}
      data-testid="chat-messages"
    >
      <ol>
        {messages.map((message, index) => (
          <Message
            key={message.key}
            message={message}
            follows={follows(messages[index - 1], message)}
          />
        ))}
      </ol>
    </div>
  );
}

function Silence() {
  return (
    <div className={styles.silence}>
      <ChatIcon />
      <p>No messages yet. What is written here goes straight to everybody in the room.</p>
    </div>
  );
}

function Message({ message, follows }: { message: ChatMessage; follows: boolean }) {
  const { from, name, text, toBot, at } = message;
  const own = from.kind === 'me';
  return (
    <li
      className={cx(styles.message, own && styles.own, follows && styles.follows)}
      data-testid="chat-message"
      data-from={from.kind === 'peer' ? from.id : from.kind}
    >
      {!own && (
        <span className={styles.face}>
          {follows ? null : from.kind === 'peer' ? (
            <Avatar id={from.id} name={name} size={28} />
          ) : (
            <span className={styles.bot}>
              <BotIcon />
            </span>
          )}
        </span>
      )}
      <div className={styles.body}>
        {!follows && (
          <p className={styles.meta}>
            <span className={styles.author} dir="auto">
              {own ? (toBot ? 'You to bot' : 'You') : name}
            </span>
            <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
          </p>
        )}
        <p className={styles.text} dir="auto" data-testid="chat-text">
          {text}
        </p>
      </div>
    </li>
  );
}

function Composer() {
  const { client, store } = useApp();
  const open = useRoom((state) => state.chat.channel === 'open');
  const opening = useRoom((state) => state.chat.channel === 'opening');
  const bot = useRoom((state) => state.chat.botChannel === 'open');
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);

  const send = () => {
    const message = text.trim();
    if (message === '') return;
    try {
      client.sendChat(message);
      setText('');
    } catch (error) {
      store.setState((state) => addToast(state, 'error', reasonOf(error)));
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const addressBot = () => {
    setText((before) => (before.startsWith('@bot') ? before : `@bot ${before}`));
    field.current?.focus();
  };
  return (
    <div className={styles.composer}>
      <div className={styles.box}>
        <textarea
          ref={field}
          className={styles.input}
          rows={Math.min(MAX_ROWS, text.split('\n').length)}
          value={text}
          disabled={!open}
          placeholder={
            open ? 'Write to everybody' : opening ? 'Connecting…' : 'Chat is unavailable'
          }
          aria-label="Message"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          data-testid="chat-input"
        />
        <IconButton
          label="Send"
          disabled={!open || text.trim() === ''}
          onClick={send}
          testId="chat-send"
        >
          <SendIcon />
        </IconButton>
      </div>
      {bot && (
        <button type="button" className={styles.chip} onClick={addressBot} data-testid="chat-bot">
          <BotIcon /> Ask the bot
        </button>
      )}
    </div>
  );
}

function follows(before: ChatMessage | undefined, message: ChatMessage): boolean {
  if (before === undefined || message.at - before.at > GROUP_MS) return false;
  const sender = ({ from, toBot, name }: ChatMessage) =>
    `${from.kind} ${from.kind === 'peer' ? from.id : toBot} ${name}`;
  return sender(before) === sender(message);
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
