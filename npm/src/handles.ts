// Handles of what was dropped, which outlive the page: an upload goes on after a reload without its files being chosen
// again. Only Chromium has them; elsewhere the person chooses the same folder.

/** What lib.dom leaves out, as it is not on the standards' track. */
interface Permitted {
  requestPermission?(what: { mode: "read" }): Promise<PermissionState>;
}
type Handle = (FileSystemFileHandle | FileSystemDirectoryHandle) & Permitted;
interface Item {
  getAsFileSystemHandle?(): Promise<Handle | null>;
}

/** A path with `/`, and the file if it can be opened. */
type Listed = [string, File | null];

/** Who drops so many files one by one, and not their folder, had better choose them again. */
const MOST = 16;
/** Files that are listed at a time. */
const AT_A_TIME = 32;

export const handles = {
  /** Those of all that is dropped; nothing where one lacks. The transfer is read at once, as it is empty after the event. */
  async of({ items }: DataTransfer): Promise<Handle[] | undefined> {
    if (items.length > MOST) return undefined;
    const found = await Promise.all([...items].map((item) => (item as Item).getAsFileSystemHandle?.()));
    const all = found.filter((handle) => handle != null);
    return all.length > 0 && all.length === found.length && all.every((handle) => "requestPermission" in handle)
      ? all
      : undefined;
  },

  /** Asks the person, and gives what lists the files, some at a time; nothing if they are not to be read. */
  async reopen(all: Handle[]): Promise<(() => Promise<Listed[]>) | undefined> {
    for (const handle of all) {
      if ((await handle.requestPermission?.({ mode: "read" })) !== "granted") return undefined;
    }
    const files = list(all);
    return async () => {
      const some: Listed[] = [];
      while (some.length < AT_A_TIME) {
        const { value, done } = await files.next();
        if (done) break;
        some.push(value);
      }
      return some;
    };
  },
};

/** What can't be opened any more, a file or a folder, is listed all the same. */
async function* list(found: Iterable<Handle> | AsyncIterable<Handle>, within = ""): AsyncGenerator<Listed, undefined> {
  for await (const handle of found) {
    const path = within + handle.name;
    if (handle.kind === "file") {
      yield [path, await handle.getFile().catch(() => null)];
      continue;
    }
    try {
      yield* list(handle.values() as AsyncIterable<Handle>, `${path}/`);
    } catch {
      yield [path, null];
    }
  }
  return undefined;
}
