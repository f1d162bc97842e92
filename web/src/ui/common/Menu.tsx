import {
  Fragment,
  useEffect,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { IconButton } from './Button';
import { cx } from './cx';
import { CheckIcon } from './icons';
import styles from './Menu.module.css';

export interface MenuItem {
  key: string;
  label: string;
  icon?: ReactNode;
  /** Set for items that can be chosen or ticked. */
  checked?: boolean;
  onSelect: () => void;
  testId?: string;
}

export interface MenuSection {
  key: string;
  title?: string;
  items: MenuItem[];
}

interface MenuProps {
  label: string;
  icon: ReactNode;
  look?: 'round' | 'ghost' | 'caret';
  align?: 'start' | 'center' | 'end';
  sections: MenuSection[];
  /** Called each time the menu opens, to bring its content up to date. */
  onOpen?: () => void;
  testId?: string;
}

/** A button that opens a list of actions above it. */
export function Menu(props: MenuProps) {
  const { label, icon, look = 'ghost', align = 'center', sections, onOpen, testId } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  useOutside(open, root, () => setOpen(false));
  useEffect(() => {
    if (open) itemsIn(list.current)[0]?.focus();
  }, [open]);

  const close = () => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  return (
    <div className={cx(styles.root, look === 'caret' && styles.caret)} ref={root}>
      <IconButton
        label={label}
        look={look === 'round' ? 'round' : 'ghost'}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
        testId={testId}
      >
        {icon}
      </IconButton>
      {open && (
        <div
          id={id}
          ref={list}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          className={cx(styles.list, styles[align])}
          onKeyDown={(event) => moveFocus(event, list.current, close)}
        >
          {sections.map((section) => (
            <Section key={section.key} section={section} onDone={close} />
          ))}
        </div>
      )}
    </div>
  );
}

function Section({ section, onDone }: { section: MenuSection; onDone: () => void }) {
  const { title, items } = section;
  return (
    <Fragment>
      {title !== undefined && <p className={styles.title}>{title}</p>}
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
          aria-checked={item.checked}
          className={styles.item}
          data-testid={item.testId}
          onClick={() => {
            onDone();
            item.onSelect();
          }}
        >
          <span className={styles.mark}>{item.checked === true ? <CheckIcon /> : item.icon}</span>
          <span className={styles.label}>{item.label}</span>
        </button>
      ))}
      <hr className={styles.rule} />
    </Fragment>
  );
}

function itemsIn(list: HTMLElement | null): HTMLElement[] {
  return Array.from(list?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []);
}

function moveFocus(event: KeyboardEvent, list: HTMLElement | null, close: () => void): void {
  const items = itemsIn(list);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const focus = (index: number) => {
    event.preventDefault();
    items[(index + items.length) % items.length]?.focus();
  };
  if (event.key === 'ArrowDown') focus(at + 1);
  else if (event.key === 'ArrowUp') focus(at - 1);
  else if (event.key === 'Home') focus(0);
  else if (event.key === 'End') focus(items.length - 1);
  else if (event.key === 'Tab') close();
  else if (event.key === 'Escape') {
    event.stopPropagation();
    close();
  }
}

function useOutside(active: boolean, root: { current: HTMLElement | null }, onOutside: () => void) {
  const callback = useRef(onOutside);
  useEffect(() => {
    callback.current = onOutside;
  });
  useEffect(() => {
    if (!active) return;
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) callback.current();
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [active, root]);
}
