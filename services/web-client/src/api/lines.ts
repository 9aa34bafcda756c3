import { orNoAnswer } from './http.ts';

/** The lines of an answer as they come, without the empty ones. @throws ProblemError with reason NO_ANSWER when it breaks off */
export async function* linesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readOn = () => orNoAnswer(() => reader.read());
  for (let read = await readOn(); !read.done; read = await readOn()) {
    text += read.value;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}
