/** JSON of our own backend's. */
export async function ask<Answer>(
  path: string,
  options?: RequestInit,
): Promise<Answer> {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}
