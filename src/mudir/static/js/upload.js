/* <m-upload data-largest data-most> around a form with file fields: what is chosen, dropped on #files or pasted leaves at
   once, [data-going] tells how far and stops it, the [role=alert] names what was left out because it is too large. */
customElements.define("m-upload", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.going = this.querySelector("[data-going]");
    this.refusal = this.querySelector("[data-refused]");
    this.place = this.closest("#files");
    this.stopped = new AbortController();
    const { signal } = this.stopped;
    this.addEventListener("change", (event) => event.target.files?.length && this.send(event.target.files), { signal });
    this.addEventListener("click", (event) => event.target.closest("[data-going] button") && this.stop(), { signal });
    this.form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.place.addEventListener("dragover", (event) => this.over(event), { signal });
    this.place.addEventListener("dragleave", () => delete this.place.dataset.over, { signal });
    this.place.addEventListener("drop", (event) => this.over(event) && this.send(event.dataTransfer.files), { signal });
    document.addEventListener("paste", (event) => this.paste(event), { signal });
  }

  disconnectedCallback() {
    this.stopped.abort();
    this.stop();
  }

  stop() {
    const request = this.request;
    this.request = null;
    request?.abort();
  }

  over(event) {
    if (!event.dataTransfer.types.includes("Files")) return false;
    event.preventDefault();
    this.place.toggleAttribute("data-over", event.type === "dragover");
    return true;
  }

  /* A picture of the screen has no name of its own: two of them are not versions of one. */
  paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length || event.target.closest("input, textarea, [contenteditable]")) return;
    event.preventDefault();
    const moment = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 19);
    this.send(files.map((file) => file.name === "image.png"
      ? new File([file], `${moment.replace("T", " ").replaceAll(":", "-")}.png`, { type: file.type }) : file));
  }

  send(files) {
    if (this.request) return;
    const largest = this.dataset.largest * 1048576;
    const left = [...files].filter((file) => file.size > largest);
    const sent = [...files].filter((file) => file.size <= largest);
    const tooMany = sent.length > this.dataset.most;
    this.refusal.hidden = !left.length && !tooMany;
    this.refusal.textContent = tooMany ? this.refusal.dataset.many
      : `${this.refusal.dataset.refused} ${left.map((file) => `“${file.name}”`).join(" ")}`;
    if (sent.length && !tooMany) this.post(sent);
    else this.form.reset();
  }

  post(files) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    for (const file of files) data.append("file", file);
    const progress = this.going.querySelector("progress");
    const request = this.request = new XMLHttpRequest();
    this.going.hidden = false;
    progress.value = 0;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("loadend", () => this.done(request));
    request.open("POST", this.form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Request-Type", "partial");
    request.send(data);
  }

  /* The answer is the panel as it is now, or what was wrong, and the words about it. */
  done(request) {
    this.going.hidden = true;
    this.form.reset();
    if (this.request !== request) return;
    this.request = null;
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    const panel = answer.getElementById("files");
    if (!panel || ![200, 422].includes(request.status)) {
      document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx: {} } }));
      return;
    }
    const toasts = [...answer.querySelectorAll("m-toast")];
    this.place.replaceWith(document.adoptNode(panel));
    window.htmx?.process(panel);
    document.getElementById("toasts")?.append(...toasts.map((toast) => document.adoptNode(toast)));
  }
});
