// Entry `./vue`.

import { defineComponent, h, onBeforeUnmount, onMounted, shallowRef, useTemplateRef } from "vue";
import type { StandaloneAuraloader } from "../../index.js";
import { callbackNames, type Given, open, optionNames } from "./open.js";

/** `onUploadComplete` → `uploadComplete`, as Vue names events. */
const eventOf = (callback: string) => callback.charAt(2).toLowerCase() + callback.slice(3);

/** What is absent must stay so: Vue would make it `false`. */
const booleans = new Set<string>(["resume", "debug"]);

/** The widget as a component of Vue's. */
export const Auraloader = defineComponent({
  name: "Auraloader",
  props: Object.fromEntries(
    optionNames.map((name) => [name, booleans.has(name) ? { type: Boolean, default: undefined } : null]),
  ),
  emits: [...callbackNames.map(eventOf), "ready"],
  setup(props, { emit, expose }) {
    const container = useTemplateRef<HTMLElement>("container");
    const uploader = shallowRef<StandaloneAuraloader>();
    const told = Object.fromEntries(
      callbackNames.map((name) => [name, (...given: unknown[]) => emit(eventOf(name), ...given)]),
    );
    let end = () => {};
    onMounted(() => {
      if (!container.value) return;
      end = open(
        container.value,
        () => ({ ...props, ...told }) as Partial<Given>,
        (opened) => {
          uploader.value = opened;
          emit("ready", opened);
        },
      );
    });
    onBeforeUnmount(() => end());
    expose({ uploader });
    return () => h("div", { ref: "container" });
  },
});
