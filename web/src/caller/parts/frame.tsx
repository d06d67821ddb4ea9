/** What every screen is made of: a scene to look at, words to read, actions within reach of a thumb. */

import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface FrameProps {
  /** The page's only heading of this level; it takes the focus when the screen changes. */
  title: string;
  /** Beside the words on a wide window, above them on a narrow one. */
  scene: ComponentChildren;
  children: ComponentChildren;
  actions: ComponentChildren;
}

export function Frame({ title, scene, children, actions }: FrameProps) {
  return (
    <div class="frame">
      <div class="scene">{scene}</div>
      <div class="panel">
        <div class="words">
          <h1 tabIndex={-1}>{title}</h1>
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
}

export function Button({ label, onClick, kind = 'plain', icon, disabled = false }: ButtonProps) {
  return (
    <button type="button" class={`button ${kind}`} onClick={onClick} disabled={disabled}>
      {icon && <Icon name={icon} />}
      {label}
    </button>
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
