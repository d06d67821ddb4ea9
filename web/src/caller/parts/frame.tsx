/** What every screen is made of: a scene to look at, words to read, actions within reach of a thumb. */

import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface FrameProps {
  /** The page's only heading of this level; it takes the focus when the screen changes. */
  title: string;
  /** Beside the words on a wide window, above them on a narrow one. */
  scene: ComponentChildren;
  children: ComponentChildren;
  actions: ComponentChildren;
  /** The scene is the point of this screen and gets the room that is left. */
  live?: boolean;
  /** The scene says what the title says. */
  quiet?: boolean;
}

export function Frame({ title, scene, children, actions, live = false, quiet = false }: FrameProps) {
  return (
    <div class={live ? 'frame live' : 'frame'}>
      <div class="scene">{scene}</div>
      <div class="panel">
        <div class="words">
          <h1 class={quiet ? 'quiet' : undefined} tabIndex={-1}>{title}</h1>
          {children}
        </div>
        <div class="actions">{actions}</div>
      </div>
    </div>
  );
}

interface ButtonProps {
  label: string;
  onClick(): void;
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  disabled?: boolean;
  /** Whether what it opens is open, where it opens something. */
  expanded?: boolean | undefined;
}

export function Button({ label, onClick, kind = 'plain', icon, disabled = false, expanded }: ButtonProps) {
  return (
    <button type="button" class={`button ${kind}`} onClick={onClick} disabled={disabled} aria-expanded={expanded}>
      {icon && <Icon name={icon} />}
      {label}
    </button>
  );
}

/** A native select, as phones show it best, in the page's own dress. */
export function Select({ children, ...rest }: JSX.IntrinsicElements['select']) {
  return (
    <span class="select">
      <select {...rest}>{children}</select>
      <Icon name="down" />
    </span>
  );
}

/** A line that needs attention; the live region says it, so it is silent itself. */
export function Banner({ children, icon = 'info' }: { children: ComponentChildren; icon?: IconName }) {
  return (
    <p class="banner">
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  );
}
