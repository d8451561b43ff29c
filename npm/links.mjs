// node npm/links.mjs: whether every link of the documentation leads somewhere, and every page of the book is in its list.
// Addresses on the internet are not asked.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const pages = readdirSync(join(root, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => join(root, "docs", name));
const others = ["README.md", "CHANGELOG.md", "npm/README.md", "skills/standalone-auraloader/SKILL.md"];
const files = [...pages, ...others.map((name) => join(root, name))];

/** Without what stands in code, where brackets are no links. */
const prose = (file) =>
  readFileSync(file, "utf8")
    .replace(/^(```+)[^]*?^\1$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, " "));

/** As mdBook and GitHub make them of headings. */
function anchors(file) {
  const seen = new Map();
  return new Set(
    [...prose(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
      const name = heading
        .replace(/\\(.)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, "")
        .replaceAll(" ", "-");
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return count === 0 ? name : `${name}-${count}`;
    }),
  );
}

const wrong = [];
for (const file of files) {
  const isPage = pages.includes(file);
  for (const [, target] of prose(file).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path, anchor] = target.split("#");
    const place = path === "" ? file : resolve(dirname(file), path);
    const fail = (why) => wrong.push(`${relative(root, file)}: ${target} ${why}`);
    if (!existsSync(place)) fail("is not there");
    else if (isPage && !place.startsWith(join(root, "docs"))) fail("is not in the book");
    else if (anchor !== undefined && !anchors(place).has(anchor)) fail("has no such heading");
  }
}

const listed = new Set([...prose(join(root, "docs/SUMMARY.md")).matchAll(/\]\((\S+)\)/g)].map(([, page]) => page));
for (const page of pages.map((page) => relative(join(root, "docs"), page))) {
  if (page !== "SUMMARY.md" && !listed.has(page)) wrong.push(`docs/SUMMARY.md: ${page} is missing`);
}

if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
