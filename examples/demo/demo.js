"use strict";

const uploads = {
  list: document.getElementById("arrived"),
  nothing: document.getElementById("nothing-arrived"),
};
const sample = {
  button: document.getElementById("load-sample"),
  status: document.getElementById("sample-status"),
};
const problem = document.getElementById("problem");

async function getJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) {
    throw new Error(body.message ?? `${url} answered ${response.status}`);
  }
  return body;
}

function show(error) {
  console.error(error);
  problem.textContent = error.message;
  problem.hidden = false;
}

// --- The widget -------------------------------------------------------------------------------------------------

async function mountWidget() {
  const { apiToken, apiBaseUrl } = await getJson("/demo/settings");
  const uploader = new StandaloneAuraloader({
    apiToken,
    apiBaseUrl,
    uploadTokenResolver: () => getJson("/demo/upload-token"),
    containerId: "uploader",
    context: { appointment: "demo" },
    callbacks: {
      onUploadComplete: refreshUploads,
      onUploadCancel: refreshUploads,
      onUploadError: refreshUploads,
    },
  });
  await uploader.init();
  await uploader.mount();
  // For whoever opens the browser's console to try the methods.
  window.uploader = uploader;
  return uploader;
}

// --- The sample study -------------------------------------------------------------------------------------------

// As a browser gives the files of a folder that was chosen: with the path in it.
function fileInFolder(bytes, path) {
  const file = new File([bytes], path.split("/").pop(), { type: "application/dicom" });
  Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
}

async function fetchSample() {
  const listed = await getJson("/demo/sample");
  let fetched = 0;
  return Promise.all(
    listed.map(async ({ path, url }) => {
      const response = await fetch(url);
      if (!response.ok) {
        throw new Error(`${url} answered ${response.status}`);
      }
      const file = fileInFolder(await response.blob(), path);
      fetched += 1;
      sample.status.textContent = `Fetching ${fetched} of ${listed.length} files …`;
      return file;
    }),
  );
}

async function loadSample(uploader) {
  sample.button.disabled = true;
  sample.status.textContent = "Making a sample study …";
  try {
    await uploader.addFiles(await fetchSample());
    sample.status.textContent = "";
  } catch (error) {
    sample.status.textContent = "";
    show(error);
  } finally {
    sample.button.disabled = false;
  }
}

// --- What has arrived -------------------------------------------------------------------------------------------

const stateNames = {
  announced: "Announced",
  started: "On its way",
  error: "Failed",
  complete: "Complete",
  cancelled: "Cancelled, nothing kept",
};

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) {
    made.className = className;
  }
  return made;
}

const counted = (count, one, many) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

function describeStudy(study) {
  const name = [study.patient_name.replaceAll("^", " ").trim(), study.description].filter(Boolean).join(" – ");
  const images = counted(study.received_images ?? study.images, "image", "images");
  return `${name || study.study_uid}: ${images} in ${counted(study.series_count, "series", "series")}`;
}

function describeUpload(upload) {
  const item = element("li", "", upload.state);
  const when = new Date(upload.created_at).toLocaleString();
  const head = element("p", "");
  head.append(element("span", stateNames[upload.state] ?? upload.state, "state"), ` · ${when}`);
  if (upload.bytes > 0) {
    head.append(` · ${(upload.bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`);
  }
  item.append(head);
  if (upload.message) {
    item.append(element("p", upload.message));
  }
  for (const study of upload.studies) {
    item.append(element("p", describeStudy(study)));
  }
  for (const archive of upload.archives) {
    const line = element("p", "");
    const link = element("a", "Download what is stored");
    link.href = archive.url;
    line.append(link);
    item.append(line);
  }
  return item;
}

async function refreshUploads() {
  try {
    const arrived = (await getJson("/demo/uploads")).uploads;
    uploads.list.replaceChildren(...arrived.map(describeUpload));
    uploads.nothing.hidden = arrived.length > 0;
  } catch (error) {
    show(error);
  }
}

document.getElementById("refresh").addEventListener("click", refreshUploads);
refreshUploads();
sample.button.disabled = true;
mountWidget().then((uploader) => {
  sample.button.disabled = false;
  sample.button.addEventListener("click", () => loadSample(uploader));
}, show);
