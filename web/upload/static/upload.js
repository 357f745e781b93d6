// The page works without this: here a workbook can be dropped, and the progress of the upload is shown.
"use strict";

const form = document.querySelector("form.drop");
if (form) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const status = form.querySelector("[role=status]");
  const bar = form.querySelector("progress");
  form.querySelector(".drag").hidden = false;

  const say = (text) => { status.hidden = false; status.textContent = text; };
  const stop = (text) => { bar.hidden = true; button.disabled = false; say(text); };

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.remove("over"); });
  }
  form.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = input.files[0];
    if (file && file.size > Number(form.dataset.limit) * 1048576) {
      say(form.dataset.tooLarge);
      return;
    }
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) { bar.value = 100 * sent.loaded / sent.total; }
    });
    request.upload.addEventListener("load", () => say(form.dataset.checking));
    request.addEventListener("error", () => stop(form.dataset.failed));
    request.addEventListener("load", () => {
      if (request.status < 400) {
        location.assign(request.responseURL);
      } else {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        document.body.replaceWith(page.body);
        document.title = page.title;
      }
    });
    button.disabled = true;
    bar.hidden = false;
    say(form.dataset.progress);
    request.send(new FormData(form));
  });
}
