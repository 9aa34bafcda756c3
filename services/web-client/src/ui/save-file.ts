/** Hands data to the browser as a file to keep. */
export function saveFile({ name, data }: { name: string; data: Blob }): void {
  const url = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken the data over by the time this runs.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
