// Which language a widget speaks, and with which words.

import type { Options } from "../index.js";
import { lines } from "./catalogue.mjs";

/** Loads the texts of a language that is not part of the module. */
export type LoadTexts = (name: string) => Promise<{ default: string }>;

/** What the widget takes. */
export interface Language {
  /** As BCP 47 has it; numbers, dates and plurals are written as there. */
  tag: string;
  isRtl: boolean;
  /** `catalogue.mjs`'s lines. */
  texts: string;
}

const others = ["ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh"];

/** The name under which there are texts for a language; of Chinese there are those in simplified characters. */
function nameOf(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    const isThere = language === "en" || (others.includes(language) && (language !== "zh" || script === "Hans"));
    return isThere ? language : undefined;
  } catch {
    return undefined;
  }
}

/** The host's choice, else that of the page around the widget, else the person's; English where there is none of these. */
export async function languageOf(options: Options, container: Element, load: LoadTexts): Promise<Language> {
  const surroundings = container.closest("[lang]")?.getAttribute("lang");
  const wanted = options.locale ? [options.locale] : [surroundings, ...navigator.languages];
  const tag = wanted.find((tag) => tag && nameOf(tag)) ?? "en";
  const name = nameOf(tag) as string;
  const own = lines(options.strings ?? {});
  try {
    const texts = name === "en" ? "" : (await load(name)).default;
    return { tag, isRtl: name === "ar", texts: own + texts };
  } catch (error) {
    console.warn(`[auraloader] No texts for "${tag}", so they are English: put locales/ beside the script`, error);
    return { tag: "en", isRtl: false, texts: own };
  }
}
