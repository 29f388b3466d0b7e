/* <m-tabs>: [role=tab] buttons with aria-controls and [role=tabpanel]s. Without a script every panel stands open. */
customElements.define("m-tabs", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.show(event.target.closest("[role=tab]")));
    this.addEventListener("keydown", (event) => this.move(event));
    this.showChosen();
    // A swap gives elements that were there before, by their id, the attributes that the server wrote: hidden is lost.
    this.abort = new AbortController();
    document.addEventListener("htmx:after:swap", () => this.showChosen(), { signal: this.abort.signal });
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  showChosen() {
    this.show(this.querySelector("[role=tab][aria-selected=true]") ?? this.querySelector("[role=tab]"));
  }

  get tabs() {
    return [...this.querySelectorAll("[role=tab]")];
  }

  show(tab) {
    if (!tab) return;
    for (const other of this.tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(other.getAttribute("aria-controls"));
      if (panel) panel.hidden = !chosen;
    }
  }

  move(event) {
    if (!event.target.closest("[role=tab]")) return;
    const tabs = this.tabs;
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const place = tabs.indexOf(event.target.closest("[role=tab]"));
    const next = new Map([[forward, place + 1], [back, place - 1 + tabs.length], ["Home", 0], ["End", tabs.length - 1]]).get(event.key);
    if (next === undefined) return;
    event.preventDefault();
    const tab = tabs[next % tabs.length];
    this.show(tab);
    tab.focus();
  }
});
