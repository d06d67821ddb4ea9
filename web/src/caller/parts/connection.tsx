/** Says that the device has no connection, before anybody tries to connect in vain. */

import { useEffect, useState } from 'preact/hooks';
import { t } from '../text/index.ts';
import { Banner } from './frame.tsx';

export function Connection() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);
  const { title, what } = t.error.codes.offline;
  return online ? null : <div role="alert"><Banner>{title}. {what}</Banner></div>;
}
