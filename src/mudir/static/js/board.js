import { between } from "./dragging.js";

/* <m-board> around lists [data-value] of cards [data-at][data-move]: a card dropped on another list is posted to its
   address with `to` and `from`. Whatever the answer, a card stands where its data-at says. */
customElements.define("m-board", class extends HTMLElement {
  connectedCallback() {
    this.reason = document.getElementById("move-reason");
    this.abort = new AbortController();
    const { signal } = this.abort;
    document.addEventListener("htmx:after:swap", () => this.settle(), { signal });
    this.reason?.addEventListener("click", (event) => event.target.closest("[data-close]") && this.reason.close(), { signal });
    if (!("movable" in this.dataset)) return;
    this.lists = between([...this.querySelectorAll("ol[data-value]")], {
      draggable: ".deal", over: (list) => this.over(list), drop: (event) => this.drop(event),
    });
  }

  disconnectedCallback() {
    this.abort.abort();
    for (const list of this.lists ?? []) list.destroy();
  }

  over(list) {
    for (const lane of this.querySelectorAll(".lane.over")) lane.classList.remove("over");
    list?.closest(".lane").classList.add("over");
  }

  drop({ item, from, to }) {
    if (from === to) return;
    const values = { to: to.dataset.value, from: item.dataset.at };
    item.setAttribute("aria-busy", "true");
    window.htmx?.ajax("POST", item.dataset.move, { source: item, target: item, swap: "outerHTML", values });
  }

  settle() {
    for (const list of this.querySelectorAll("ol[data-value]")) {
      for (const card of list.querySelectorAll(".deal")) {
        if (card.dataset.at === list.dataset.value) continue;
        this.querySelector(`ol[data-value="${CSS.escape(card.dataset.at)}"]`)?.prepend(card);
        card.querySelector("a")?.focus({ preventScroll: true });
      }
    }
    document.getElementById("move-menu")?.matches(":popover-open") && this.hideMenu();
    const asks = this.reason?.childElementCount > 0;
    if (asks && !this.reason.open) this.reason.showModal();
    else if (!asks && this.reason?.open) this.reason.close();
  }

  hideMenu() {
    const menu = document.getElementById("move-menu");
    if (menu.dataset.sent) menu.hidePopover();
    delete menu.dataset.sent;
  }
});

document.addEventListener("submit", (event) => {
  const menu = event.target.closest("#move-menu");
  if (menu) menu.dataset.sent = "true";
});
