import type { DefineSetupFnComponent } from "vue";
import type {
  AuraloaderError,
  Options,
  Progress,
  RejectedFile,
  StandaloneAuraloader,
  StudyInfo,
  UploaderState,
  UploadResult,
} from "./index.js";

/** The options. They are read when the widget is opened: for other ones give it another `key`. Resolvers may change. */
export type AuraloaderProps = Omit<Options, "container" | "containerId" | "callbacks">;

/** The callbacks as events, and `ready`, from which on the widget can be called. */
export type AuraloaderEmits = {
  studiesFound: (studies: StudyInfo[]) => void;
  stateChange: (state: UploaderState) => void;
  uploadComplete: (result: UploadResult) => void;
  uploadError: (error: AuraloaderError) => void;
  uploadCancel: () => void;
  progress: (progress: Progress) => void;
  filesRejected: (files: RejectedFile[]) => void;
  ready: (uploader: StandaloneAuraloader) => void;
};

/**
 * The widget as a component: opened when it is mounted, destroyed when it is unmounted. A widget that can't be opened is
 * told by `@upload-error`. A template ref has it as `uploader`.
 *
 * @example
 * <Auraloader :api-token :api-base-url :upload-token-resolver="fetchToken" @upload-complete="done" />
 */
export const Auraloader: DefineSetupFnComponent<AuraloaderProps, AuraloaderEmits>;
