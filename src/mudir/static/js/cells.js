import { isTyping } from "./typing.js";

const phone = matchMedia("(width < 46rem)");
const LEAVES = new Set(["Escape", "Enter", "Tab"]);

/* <m-cells data-kind> around a table (data-columns, data-edited: a field id or nothing for each column) or around facts
   (dd[data-edit], data-record): a value becomes a field on click, Enter, F2 or typing, and reads as text again after
   Enter, Tab (onwards) or Escape (as it was). Arrows walk; Ctrl+Z takes the last change back. A block that was copied
   in a spreadsheet is pasted downwards and onwards from a cell, all of it or nothing. */
customElements.define("m-cells", class extends HTMLElement {
  connectedCallback() {
    this.undos ??= [];
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.addEventListener("pointerover", (event) => this.invite(this.cell(event.target)));
    this.addEventListener("dblclick", (event) => this.name(this.titleOf(event.target)) && this.edit(this.titleOf(event.target), { pointed: true }));
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("focusout", (event) => this.leave(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("input", (event) => this.date(event.target));
    this.addEventListener("paste", (event) => this.paste(event));
    this.addEventListener("copy", (event) => this.copy(event));
    this.addEventListener("change", (event) => event.target.matches("form.cell > .select > select") && this.pointed && this.save());
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save({ keep: event.submitter?.value });
    });
    document.addEventListener("keydown", (event) => this.anywhere(event), { signal });
    document.addEventListener("submit", (event) => {  // the toast's own way back, without leaving the list
      if (!this.undos.includes(event.target.getAttribute("action"))) return;
      event.preventDefault();
      this.undo(event.target.getAttribute("action"));
    }, { signal });
    this.addEventListener("htmx:after:swap", () => this.reach());
    this.reach();
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  get isList() {
    return "columns" in this.dataset;
  }

  get names() {
    return this.dataset.edited.split(",");
  }

  /* One cell of the table can be reached by Tab; arrows go on from there. */
  reach() {
    if (!this.isList || this.querySelector("td[tabindex='0']")) return;
    const first = this.names.findIndex(Boolean);
    this.querySelector("tr[data-id]")?.cells[first + 1]?.setAttribute("tabindex", "0");
  }

  cell(place) {
    const cell = place.closest?.("td, dd");
    return cell && this.contains(cell) && this.name(cell) ? cell : null;
  }

  name(cell) {
    return this.isList ? cell.parentElement.dataset.id && this.names[cell.cellIndex - 1] : cell.dataset.edit;
  }

  address(cell, query = "") {
    const record = this.isList ? cell.parentElement.dataset.id : this.dataset.record;
    return `/${this.dataset.kind}/${record}/cells/${encodeURIComponent(this.name(cell))}/${query}${this.columns(query)}`;
  }

  columns(query) {
    return this.isList ? `${query ? "&" : "?"}columns=${encodeURIComponent(this.dataset.columns)}` : "";
  }

  /* The name opens the row, so that one click does not change it; two do. */
  titleOf(place) {
    return this.isList && !phone.matches ? place.closest("tr[data-id] > td.name") : null;
  }

  invite(cell) {
    if (cell && !(this.isList && phone.matches) && cell !== this.titleOf(cell)) cell.classList.add("can-edit");
  }

  click(event) {
    const change = event.target.closest(".change");
    const cell = this.cell(event.target);
    if (!cell || cell === this.titleOf(cell) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!change && (event.target.closest("a, button, form.cell") || String(getSelection()) || (this.isList && phone.matches))) return;
    event.preventDefault();
    this.edit(cell, { pointed: true });
  }

  key(event) {
    const form = event.target.closest("form.cell");
    if (form) return this.keyInForm(event, form);
    const cell = event.target.matches("td") ? event.target : null;
    if (!cell || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.asking) return this.keep(event);
    const steps = this.steps();
    if (steps.has(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      this.walk(cell, ...steps.get(event.key));
    } else if (event.key === "Tab") {
      const next = this.beside(cell, event.shiftKey ? -1 : 1);
      if (next) {
        event.preventDefault();
        this.focusOn(next);
      }
    } else if (event.key === "Escape") {
      cell.blur();
    } else if (this.name(cell) && (event.key === "Enter" || event.key === "F2")) {
      event.preventDefault();
      event.stopPropagation();
      this.edit(cell);
    } else if (this.name(cell) && event.key.length === 1 && event.key !== " ") {
      event.preventDefault();
      event.stopPropagation();
      this.edit(cell, { typed: event.key });
    } else if (this.name(cell) && ["Delete", "Backspace"].includes(event.key)) {
      event.preventDefault();
      this.edit(cell, { typed: "" });
    }
  }

  /* Whoever types faster than the field comes loses no letter. */
  keep(event) {
    event.preventDefault();
    event.stopPropagation();
    if (event.key.length === 1) this.typed = (this.typed ?? "") + event.key;
  }

  keyInForm(event, form) {
    this.pointed = false;
    if (event.isComposing || !LEAVES.has(event.key)) return event.stopPropagation();
    if (event.defaultPrevented || event.target.closest("button")) return;  // a list of suggestions took it
    if (event.key === "Enter" && event.shiftKey && event.target.matches("textarea")) return;
    event.preventDefault();
    event.stopPropagation();
    const cell = form.parentElement;
    if (event.key === "Escape") this.close(cell);
    else this.save({ step: event.key === "Tab" ? [event.shiftKey ? -1 : 1, 0] : [0, 0] });
  }

  /* Along the row the keys go the way they point, in both directions of writing. */
  steps() {
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    return new Map([[forward, [1, 0]], [back, [-1, 0]], ["ArrowDown", [0, 1]], ["ArrowUp", [0, -1]]]);
  }

  walk(cell, along, down) {
    const rows = [...this.querySelectorAll("tr[data-id]")];
    const row = rows[rows.indexOf(cell.parentElement) + down];
    const next = row?.cells[cell.cellIndex + along];
    if (next && next.cellIndex > 0) this.focusOn(next);
  }

  /* The next cell that can be edited, also in the row after. */
  beside(cell, way) {
    const cells = [...this.querySelectorAll(this.isList ? "tr[data-id] > td" : "dd[data-edit]")].filter((one) => this.name(one));
    return cells[cells.indexOf(cell) + way];
  }

  focusOn(cell) {
    if (!cell) return;
    if (!this.isList) return cell.querySelector(".change")?.focus();
    for (const other of this.querySelectorAll("td[tabindex]")) other.removeAttribute("tabindex");
    cell.tabIndex = 0;
    cell.focus();
  }

  anywhere(event) {
    const forward = [...this.steps()].find(([, [along]]) => along)[0];
    if (event.code === "KeyZ" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !isTyping(event) && this.undos.length) {
      event.preventDefault();
      this.undo(this.undos.at(-1));
    } else if (event.key === forward && this.isList && !isTyping(event) && !this.contains(event.target)) {
      const row = this.querySelector("tr[aria-current]");  // from the row one stands on into its cells
      if (!row || event.target.closest?.("a, button, input, [role=tab]")) return;
      event.preventDefault();
      this.focusOn([...row.cells].find((cell) => this.name(cell)));
    }
  }

  async edit(cell, { typed, pointed = false } = {}) {
    if (this.editing) await this.save();
    if (this.editing || this.asking) return;
    this.asking = true;
    this.typed = typed;
    const answer = await this.ask(this.address(cell));
    this.asking = false;
    if (!answer?.ok) return this.refuse(cell, answer);
    this.was = [...cell.childNodes];
    this.editing = cell;
    cell.classList.add("editing");
    this.fill(cell, answer.html);
    this.pointed = pointed;
    const control = this.control(cell);
    this.first = this.state(cell);
    control?.focus();
    if (this.typed !== undefined && control?.matches("input:not([type=date], [type=checkbox], [type=datetime-local]), textarea")) {
      control.value = this.typed;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (control?.matches("input, textarea")) control.select?.();
    else if (pointed) try { control?.showPicker?.(); } catch { /* only a comfort */ }
    this.date(control);
  }

  fill(cell, html) {
    cell.innerHTML = html;
    window.htmx?.process(cell);
  }

  control(cell) {
    return cell.querySelector("form.cell :is(input:not([type=hidden]), select, textarea)");
  }

  state(cell) {
    const data = new FormData(cell.querySelector("form.cell"));
    return JSON.stringify([...data].filter(([name]) => !["version", "csrfmiddlewaretoken"].includes(name)));
  }

  date(control) {
    const place = this.editing?.querySelector("[data-hijri]");
    if (!place || control?.type !== "date") return;
    const { lang, dataset } = document.documentElement;
    const calendar = `${lang}-u-ca-islamic-umalqura-nu-${dataset.digits || "latn"}`;
    const day = control.valueAsDate;
    place.textContent = day ? new Intl.DateTimeFormat(calendar, { dateStyle: "long", timeZone: "UTC" }).format(day) : "";
  }

  leave(event) {
    const form = event.target.closest("form.cell");
    if (!form || form.contains(event.relatedTarget) || this.saving) return;
    setTimeout(() => {
      if (form.isConnected && this.editing && !this.saving && document.hasFocus() && !form.contains(document.activeElement)) this.save({ quiet: true });
    });
  }

  close(cell, { keepFocus = true } = {}) {
    this.editing = null;
    cell.classList.remove("editing");
    cell.replaceChildren(...this.was);
    if (keepFocus) this.focusOn(cell);
  }

  /* `quiet`: somebody went elsewhere, the focus stays there. */
  async save({ step = [0, 0], quiet = false, keep } = {}) {
    const cell = this.editing;
    if (!cell || this.saving) return;
    if (!keep && this.state(cell) === this.first && !cell.querySelector(".error, .conflict")) {
      const next = step[0] ? this.beside(cell, step[0]) : cell;
      this.close(cell, { keepFocus: false });
      if (!quiet) this.focusOn(next);
      return;
    }
    this.saving = true;
    cell.setAttribute("aria-busy", "true");
    const form = new FormData(cell.querySelector("form.cell"));
    if (keep) form.set("keep", keep);
    const answer = await this.ask(this.address(cell), form);
    cell.removeAttribute("aria-busy");
    this.saving = false;
    if (answer?.ok) return this.take(cell, answer.html, step, quiet);
    if (![409, 422].includes(answer?.status)) return this.refuse(cell, answer);
    this.fill(cell, answer.html);
    if (answer.status === 409) cell.querySelector("[value=mine]").focus();
    else this.control(cell)?.focus();
  }

  async take(cell, html, step, quiet) {
    this.editing = null;
    if (!this.isList) {
      await this.lookAgain();
      return quiet || this.focusOn(this.querySelector(`[data-edit="${CSS.escape(cell.dataset.edit)}"]`));
    }
    const place = cell.cellIndex;
    const row = this.replace(cell.parentElement, html);
    if (!quiet && row) this.focusOn(step[0] ? this.beside(row.cells[place], step[0]) : row.cells[place]);
  }

  /* The row as the server draws it, still ticked and marked as it was. */
  replace(row, html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    const fresh = made.content.querySelector("tr");
    if (!fresh) return row.remove();
    const box = fresh.querySelector(".pick input");
    if (box) box.checked = row.querySelector(".pick input")?.checked ?? false;
    if (row.hasAttribute("aria-current")) fresh.setAttribute("aria-current", row.getAttribute("aria-current"));
    row.replaceWith(fresh);
    window.htmx?.process(fresh);
    return fresh;
  }

  /* What else the page shows of the record follows from its facts. */
  async lookAgain() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    for (const part of [".client-head", ".cycle-box", "#timeline"]) {
      const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
      if (!old || !fresh) continue;
      old.replaceWith(fresh);
      window.htmx?.process(fresh);
    }
    const fresh = page.querySelector("m-cells.facts-col");
    if (!fresh) return;
    this.replaceChildren(...fresh.childNodes);
    window.htmx?.process(this);
  }

  copy(event) {
    const cell = event.target.matches?.("td") ? event.target : null;
    if (!cell || String(getSelection())) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", cell.innerText.trim());
  }

  /* Into a field of words a single value is pasted as ever. */
  paste(event) {
    const form = event.target.closest?.("form.cell");
    const cell = form ? form.parentElement : event.target.closest?.("td");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!this.isList || !cell?.cellIndex || !text.trim()) return;
    if (form && (event.target.matches("textarea") || !/[\t\n]/.test(text.trimEnd()))) return;
    event.preventDefault();
    if (this.editing) this.close(this.editing);
    this.write(cell, text);
  }

  async write(cell, text) {
    const all = [...this.querySelectorAll("tr[data-id]")];
    const rows = all.slice(all.indexOf(cell.parentElement)).slice(0, 200);
    const [row, place] = [cell.parentElement.dataset.id, cell.cellIndex];
    const form = new URLSearchParams({ text, back: location.pathname + location.search });
    for (const name of this.dataset.columns.split(",").slice(place - 1)) form.append("field", name);
    for (const one of rows) form.append("id", one.dataset.id), form.append("version", one.dataset.v);
    this.setAttribute("aria-busy", "true");
    const answer = await this.ask(`/${this.dataset.kind}/cells/?columns=${encodeURIComponent(this.dataset.columns)}`, form);
    this.removeAttribute("aria-busy");
    this.tell(answer?.status === 422 ? answer.html : "");
    if (answer?.ok) this.spread(answer.html);
    else if (answer && answer.status !== 422) this.refuse(cell, answer);
    this.focusOn(this.querySelector(`tr[data-id="${CSS.escape(row)}"]`)?.cells[place]);
  }

  /* Every row of the answer where it stands. */
  spread(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    for (const fresh of made.content.querySelectorAll("tr[data-id]")) {
      const row = this.querySelector(`tr[data-id="${CSS.escape(fresh.dataset.id)}"]`);
      if (row) this.replace(row, fresh.outerHTML);
    }
  }

  /* What does not fit is told above the list and marked in it. */
  tell(html) {
    const place = document.getElementById("misfits");
    for (const cell of this.querySelectorAll("td[aria-invalid]")) cell.removeAttribute("aria-invalid"), cell.removeAttribute("title");
    place.innerHTML = html;
    place.querySelector("[data-close]")?.addEventListener("click", () => this.tell(""));
    for (const one of place.querySelectorAll("[data-field]")) {
      const column = this.dataset.columns.split(",").indexOf(one.dataset.field);
      const cell = this.querySelector(`tr[data-id="${CSS.escape(one.dataset.id)}"]`)?.cells[column + 1];
      if (column < 0 || !cell) continue;
      cell.setAttribute("aria-invalid", "true");
      cell.title = one.querySelector(":scope > span").textContent;
    }
  }

  async undo(address) {
    this.undos = this.undos.filter((one) => one !== address);
    if (!address.startsWith(`/${this.dataset.kind}/`)) {  // of many rows: the list is drawn anew
      await this.ask(address, new FormData());
      await window.htmx?.ajax("GET", location.pathname + location.search, { source: this, target: "#list", swap: "outerMorph" });
      document.querySelector(`#toasts form[action="${CSS.escape(address)}"]`)?.closest("m-toast").remove();
      return;
    }
    const row = this.isList && this.querySelector(`tr[data-id="${CSS.escape(address.split("/")[2])}"]`);
    const answer = await this.ask(`${address}${this.columns(address)}`, new FormData());
    document.querySelector(`#toasts form[action="${CSS.escape(address)}"]`)?.closest("m-toast").remove();
    if (!answer?.ok) return;
    if (!this.isList) await this.lookAgain();
    else if (row) this.replace(row, answer.html);
  }

  refuse(cell, answer) {
    if (this.editing === cell) this.close(cell);
    if (!answer) return;
    const toast = document.createElement("m-toast");
    toast.className = "toast";
    toast.textContent = this.dataset.refused;
    document.getElementById("toasts").append(toast);
  }

  /* The answer of the server: what belongs in the page, and its toasts where they stand. */
  async ask(address, form) {
    const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial", ...token };
    try {
      const answer = await fetch(address, { method: form ? "POST" : "GET", body: form && new URLSearchParams(form), headers, credentials: "same-origin" });
      if (answer.headers.get("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
      const [html, ...toasts] = (await answer.text()).split("<hx-partial");
      for (const toast of toasts) this.toast(`<hx-partial${toast}`);
      return { ok: answer.ok, status: answer.status, html };
    } catch {
      document.dispatchEvent(new CustomEvent("htmx:error", { detail: { ctx: {} } }));
      return null;
    }
  }

  /* One toast tells of the last change: a column of them would hide the list. */
  toast(html) {
    const made = new DOMParser().parseFromString(html, "text/html");
    for (const fresh of made.querySelectorAll("m-toast")) {
      for (const old of document.querySelectorAll("#toasts m-toast[data-of-cell]")) old.remove();
      const undo = fresh.querySelector("form")?.getAttribute("action");
      if (undo) this.undos.push(undo);
      fresh.dataset.ofCell = "";
      document.getElementById("toasts").append(document.adoptNode(fresh));
    }
  }
});
