/**
 * A browser widget that reads DICOM files, packs each upload into one ZIP and sends it, resumably, to the Aura API.
 *
 * @example
 * const uploader = new StandaloneAuraloader({ apiToken, apiBaseUrl, uploadToken, containerId: "uploader" });
 * await uploader.init();
 * await uploader.mount();
 */
export class StandaloneAuraloader {
  /**
   * Checks the options; nothing is loaded or drawn yet.
   *
   * @throws AuraloaderError with the code `invalid-options` if a required option is missing or an option has the wrong
   * type or form, e.g. `apiToken is required`.
   */
  constructor(options: Options);

  /**
   * Checks the container, loads the WebAssembly (once a script, whatever the number of widgets) and fetches
   * `/uploader/config`. A second call warns and returns.
   *
   * Rejects with a clear message, e.g. `Container element with id "…" not found in DOM`.
   */
  init(): Promise<void>;

  /** Draws the widget into its container. Rejects if `init()` has not finished. */
  mount(): Promise<void>;

  /** Takes files as if they had been dropped; resolves when all have been read. Folders come by a `DataTransfer`. */
  addFiles(files: File[] | FileList | DataTransfer): Promise<void>;

  /** Sends the studies that are shown; a call during an upload is ignored. Resolves when the upload has ended. */
  upload(): Promise<void>;

  /** Stops sending and keeps what the server has. */
  pause(): void;

  /** Goes on after `pause()`. */
  resume(): void;

  /** Stops at once, removes what was sent from the server, then calls `onUploadCancel`. */
  cancel(): Promise<void>;

  /** Back to the start: no files, a new upload id. */
  reset(): Promise<void>;

  /** Takes one study out of what will be sent. */
  removeStudy(studyUid: string): Promise<void>;

  /**
   * Unmounts and frees everything; safe at any time and twice. Calls that are still running resolve, later ones do
   * nothing. Another instance can then mount in the same container.
   */
  destroy(): void;
}

/** What the host page gives. */
export interface Options {
  /** Service API key, sent as `X-Api-Key`. */
  apiToken: string;
  /** Absolute base URL of the Aura API; a trailing slash is ignored. */
  apiBaseUrl: string;
  /** Id of the element to mount into; it has to be in the document when `init()` is called. Required unless `container`. */
  containerId?: string | null;
  /** The element to mount into, instead of `containerId`: what is in a shadow tree can't be found by its id. */
  container?: HTMLElement | null;
  /** Ephemeral bearer token from your backend; starts with `aubt_`. Required unless `uploadTokenResolver` is given. */
  uploadToken?: string | null;
  /**
   * Fetches a fresh token from your backend; called when there is none, before one expires, and when the server refuses
   * one. Rejecting means "try again" (by `retryDelays`); `null` or an incomplete answer ends the upload with an error.
   */
  uploadTokenResolver?: (() => Promise<UploadToken | null>) | null;
  /** Upload signature for the whole upload; prefer `secureUploadsSignatureResolver`. */
  secureSignature?: string | null;
  /** Unix time in seconds at which `secureSignature` expires, as a string; a JWT brings its own. */
  secureExpire?: string | null;
  /** Fetches a signature for an upload from your backend; called as `uploadTokenResolver` is. */
  secureUploadsSignatureResolver?: ((request: SignatureRequest) => Promise<UploadSignature | null>) | null;
  /**
   * How long before its expiry a token or signature is fetched anew, in milliseconds; never more than half of its life.
   * @default 600000
   */
  secureUploadsExpireThreshold?: number | null;
  /**
   * Aurabox patient id, sent as `patient_id` when an upload begins.
   * @default null
   */
  patientId?: string | null;
  /** Sent unchanged when an upload begins. */
  context?: Record<string, unknown> | null;
  /** What the host wants to be told. */
  callbacks?: Callbacks | null;
  /**
   * Bytes of one tus PATCH; `"auto"` begins with 5 MiB and follows what the link and the server take, up to 64 MiB.
   * @default "auto"
   */
  chunkSize?: number | "auto" | null;
  /**
   * How the archive's entries are written: `"auto"` deflates those that are not compressed already while that gets them
   * across sooner, `"deflate"` always, `"store"` never.
   * @default "auto"
   */
  compression?: "auto" | "store" | "deflate" | null;
  /**
   * One archive for the whole upload, `<upload id>.zip`, or one a study, `<upload id>-<n>.zip` counted from 1 in the order
   * of their Study Instance UIDs, of which up to three are sent side by side.
   * @default "upload"
   */
  archive?: "upload" | "study" | null;
  /**
   * Remember unfinished uploads in the browser (IndexedDB; no name of a file, nothing of a patient, no token), so that
   * they go on after a reload when the same files are chosen.
   * @default true
   */
  resume?: boolean | null;
  /**
   * Milliseconds to wait between the tries of one request; `[]` means no second try. Once an upload runs, a server or
   * network that is away is tried at the last of them for five minutes.
   * @default [0, 1000, 3000, 5000]
   */
  retryDelays?: number[] | null;
  /**
   * Instances to leave out; an instance is left out when every field of one rule matches.
   * @default [{ sopClassUid: "1.2.840.10008.5.1.4.1.1.66", protocolName: "ExamCard" }]
   */
  excludeRules?: ExcludeRule[] | null;
  /**
   * Language, as BCP 47 names it: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Japanese, Chinese
   * (simplified) or Arabic; numbers and dates are written as there. All but English lie in `locales/` beside the script
   * and are loaded when one is wanted.
   * @default the `lang` around the container, else the first of the person's languages that there is, else English
   */
  locale?: string | null;
  /**
   * Texts in place of the widget's own, by the keys of `locales/en.json`; `{n}` and the like stand for what is filled in.
   * A text that counts may have plural forms by CLDR's categories.
   * @example { start: "Add the images for Dr Jones", images: { one: "{n} slice", other: "{n} slices" } }
   */
  strings?: Record<string, string | PluralForms> | null;
  /**
   * Colours; `"auto"` follows the system.
   * @default "auto"
   */
  theme?: "light" | "dark" | "auto" | null;
  /**
   * Pictures on the studies' cards. What makes them is loaded from beside the script
   * (`standalone-auraloader.previews.mjs`, `.previews.wasm`) once a study has been found; where it is missing, and for
   * files that it can't decode, the cards are shown without.
   * @default true
   */
  previews?: boolean | null;
  /**
   * Same-origin address of `standalone-auraloader.worker.js`, for pages whose Content-Security-Policy refuses blob
   * workers. Without it the worker comes from inside the script; without any worker the work is done on the page. With it
   * `standalone-auraloader.previews.worker.js` beside the script is taken for the pictures.
   */
  workerUrl?: string | null;
  /**
   * Log what the widget does; never a secret or a patient's data.
   * @default false
   */
  debug?: boolean | null;
}

/** The forms of a text by the plural categories of CLDR. */
export interface PluralForms {
  zero?: string;
  one?: string;
  two?: string;
  few?: string;
  many?: string;
  /** For all other numbers. */
  other: string;
}

/** What `uploadTokenResolver` gives. */
export interface UploadToken {
  /** Starts with `aubt_`. */
  token: string;
  /** RFC 3339, e.g. `2026-11-22T12:00:00Z`. */
  expires_at: string;
}

/** What `secureUploadsSignatureResolver` is told. */
export interface SignatureRequest {
  /** UUID v4 of the upload. */
  uploadId: string;
  /** Name of the archive; where each study has one, the name that one for all would have. */
  fileName: string;
  /** Bytes of the archive, or of all of them; `null` if they are not known yet. */
  fileSize: number | null;
  /** `application/zip`. */
  fileType: string;
  /** Study Instance UIDs in the archive. */
  studyUids: string[];
  /** 1, and more after a call that failed. */
  attempt: number;
}

/** What `secureUploadsSignatureResolver` gives. */
export interface UploadSignature {
  /** Sent as `X-Aura-Signature`. */
  secureSignature: string;
  /** Unix time in seconds, as a string; a JWT needs none. */
  secureExpire?: string;
}

/** One rule of `excludeRules`. */
export interface ExcludeRule {
  /** SOP Class UID (0008,0016). */
  sopClassUid?: string;
  /** Modality (0008,0060). */
  modality?: string;
  /** Protocol Name (0018,1030). */
  protocolName?: string;
}

/**
 * Each is also a `CustomEvent` on the container with the argument as `detail`: `auraloader:studies`,
 * `auraloader:state`, `auraloader:complete`, `auraloader:error`, `auraloader:cancel`, `auraloader:progress`,
 * `auraloader:rejected`. A callback that throws is logged and changes nothing else.
 */
export interface Callbacks {
  /** All studies found so far, when what was added has been read and brought some. */
  onStudiesFound?: (studies: StudyInfo[]) => void;
  /** The whole state, on every change. */
  onStateChange?: (state: UploaderState) => void;
  /** Once for an upload, when the server has all of it. */
  onUploadComplete?: (result: UploadResult) => void;
  /** Something stopped the widget. */
  onUploadError?: (error: AuraloaderError) => void;
  /** The upload was cancelled; after `cancel()` nothing of it is left on the server. */
  onUploadCancel?: () => void;
  /** Reading or sending went on. */
  onProgress?: (progress: Progress) => void;
  /** What was left out, and why. */
  onFilesRejected?: (files: RejectedFile[]) => void;
}

/** Where the widget is in its flow. */
export type UploaderStep =
  "start" | "processing" | "pending" | "uploading" | "paused" | "complete" | "error" | "cancelled";

/** All that the widget shows. */
export interface UploaderState {
  step: UploaderStep;
  /** Files looked at. */
  totalFiles: number;
  studiesCount: number;
  seriesCount: number;
  studies: StudyInfo[];
  complete: boolean;
  /** The server's id of the first study of a finished upload, else empty. */
  studyId: string;
  /** An upload is being prepared; the ZIP itself is written while it is sent. */
  zipping: boolean;
  /** Empty if there is no error. */
  errorMessage: string;
  /** The connection is lost; the widget goes on by itself. */
  connectionIssues: boolean;
  rejected: RejectedFile[];
  progress: Progress;
}

/** How far reading or sending is. */
export interface Progress {
  phase: "reading" | "uploading";
  /** Files read, or instances wholly on the server. */
  filesDone: number;
  /** Files known so far, or instances in the upload. */
  filesTotal: number;
  /** Bytes of the archive sent, counted as if nothing were deflated on the way. */
  bytesSent: number;
  /** Length of the archive in bytes, counted the same way: it is known from the start. */
  bytesTotal: number;
  /** Moving average; 0 until there is one. */
  bytesPerSecond: number;
  /** `null` until it can be said. */
  secondsLeft: number | null;
}

/** A file that will not be sent. */
export interface RejectedFile {
  /** Path below the chosen folder, or the file's name. */
  path: string;
  /** Stable code, e.g. `not-dicom`. */
  reason:
    | "not-dicom"
    | "empty"
    | "unreadable"
    | "dicomdir"
    | "excluded"
    | "missing-uid"
    | "duplicate"
    | "damaged-archive"
    | "encrypted-archive"
    | "nested-archive"
    | "unsupported-archive"
    | "archive-limit";
}

/** One DICOM study; a value that no file gives is an empty string. */
export interface StudyInfo {
  /** Study Instance UID (0020,000D). */
  study_uid: string;
  /** Patient's Name (0010,0010), as it is shown. */
  patient_name: string;
  /** Patient ID (0010,0020). */
  patient_id: string;
  /** Study Date (0008,0020), `YYYYMMDD`. */
  study_date: string;
  /** Study Time (0008,0030), `HHMMSS.FFFFFF`. */
  study_time: string;
  /** Study Description (0008,1030). */
  study_description: string;
  /** Institution Name (0008,0080). */
  institution_name: string;
  /** Modality (0008,0060), in order of first appearance. */
  modalities: string[];
  series_count: number;
  /** Number of instances. */
  images: number;
  /** By Series Instance UID (0020,000E). */
  series: Record<string, SeriesInfo>;
  warnings: ("mixed-patient" | "conflict" | "truncated" | "irregular-uid")[];
}

/** One series of a study. */
export interface SeriesInfo {
  study_instance_uid: string;
  series_instance_uid: string;
  modality: string;
  series_description: string;
  body_part_examined: string;
  series_date: string;
  series_time: string;
  study_date: string;
  series_number: string;
}

/** What `onUploadComplete` gets. */
export interface UploadResult {
  /** UUID of the upload. */
  uploadId: string;
  /** The server's own ids of the studies. */
  studies: { id: string }[];
  /** DICOM instances on the server. */
  successful: number;
  /** DICOM instances that did not get there. */
  failed: number;
}

/** What `onUploadError` gets, what the constructor throws, and what methods reject with. */
export class AuraloaderError extends Error {
  private constructor();
  readonly name: "AuraloaderError";
  readonly context: "init" | "files" | "upload" | "api" | "token";
  /** What to branch on; it stays the same when a message is reworded. */
  readonly code: ErrorCode;
  /** What happened, with the server's own text if there is one. */
  readonly message: string;
  /** HTTP status, if a server answered. */
  readonly statusCode?: number;
}

/**
 * - `invalid-options`: an option is missing or malformed.
 * - `container-not-found`: nothing in the document has the id `containerId`.
 * - `load-failed`: the WebAssembly could not be fetched or compiled; `cause` says why.
 * - `not-initialised`: a method was called before `init()` had finished.
 * - `unauthorised`: a server answered 401 or 403.
 * - `init-failed`, `files-failed`, `upload-failed`, `api-failed`, `token-failed`: anything else, by `context`.
 */
export type ErrorCode =
  | "invalid-options"
  | "container-not-found"
  | "load-failed"
  | "not-initialised"
  | "unauthorised"
  | `${AuraloaderError["context"]}-failed`;

/** The events on the container, and the widget's element, by their names. */
export interface AuraloaderEventMap {
  "auraloader:studies": CustomEvent<StudyInfo[]>;
  "auraloader:state": CustomEvent<UploaderState>;
  "auraloader:complete": CustomEvent<UploadResult>;
  "auraloader:error": CustomEvent<AuraloaderError>;
  "auraloader:cancel": CustomEvent<undefined>;
  "auraloader:progress": CustomEvent<Progress>;
  "auraloader:rejected": CustomEvent<RejectedFile[]>;
}
