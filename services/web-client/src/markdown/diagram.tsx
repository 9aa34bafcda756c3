import { useEffect, useId, useState } from 'react';
import { texts } from '../texts.ts';

/** Longer descriptions stay code: drawing them would hold up the page. */
const LENGTH_MAX = 20_000;

type Drawing = { svg: string; width: number; height: number };

/** The drawing of a Mermaid description, or undefined: not drawn yet, too long, or not to be understood. */
export function useDrawing(code: string, { isWanted }: { isWanted: boolean }): Drawing | undefined {
  const [drawn, setDrawn] = useState<{ code: string; drawing: Drawing }>();
  const id = `diagram-${useId().replaceAll(/\W/g, '')}`;

  useEffect(() => {
    if (!isWanted || code.length > LENGTH_MAX) return;
    let isCurrent = true;
    void import('./draw.ts')
      .then(({ draw }) => draw(code, id))
      .then((drawing) => isCurrent && setDrawn({ code, drawing }))
      .catch(() => {});
    return () => {
      isCurrent = false;
    };
  }, [code, id, isWanted]);

  return isWanted && drawn?.code === code ? drawn.drawing : undefined;
}

/**
 * Shows a drawing in a frame of its own that may run nothing, submit nothing and reach nothing of this page. It
 * inherits the page's content security policy, so it fetches nothing from elsewhere either.
 */
export function Diagram({ drawing: { svg, width, height } }: { drawing: Drawing }) {
  const page = `<!doctype html><style>html,body{margin:0;background:transparent}svg{display:block;max-width:100%;height:auto;margin:auto}</style>${svg}`;
  return (
    <iframe
      title={texts.markdown.diagram}
      sandbox=""
      srcDoc={page}
      className="mx-auto block w-full"
      style={{ maxWidth: width, aspectRatio: `${width} / ${height}` }}
    />
  );
}
