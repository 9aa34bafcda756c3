import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useValue } from '../live/value.ts';
import { texts } from '../texts.ts';
import { useServices } from './services.tsx';

/** A moment without connection happens on every reload of the server and is worth no words. */
const GRACE_MS = 600;

/** Says so while the connection is lost, and that it is back. */
export function ConnectionBanner() {
  const status = useValue(useServices().live.status);
  const [isShown, setShown] = useState(false);
  const [wasLost, setWasLost] = useState(false);
  const isLost = status === 'lost';

  useEffect(() => {
    if (!isLost) return setShown(false);
    const timer = setTimeout(() => {
      setShown(true);
      setWasLost(true);
    }, GRACE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);

  return (
    <div role="status" className="shrink-0">
      {isShown && (
        <p className="flex animate-fade items-center justify-center gap-2 bg-warn-soft px-4 py-1.5 text-center text-xs font-medium text-warn">
          <CloudOff size={15} aria-hidden />
          {texts.connection.lost}
        </p>
      )}
      {!isShown && wasLost && <span className="sr-only">{texts.connection.restored}</span>}
    </div>
  );
}
