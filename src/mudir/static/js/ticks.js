/* <m-ticks> around a form in which only what is ticked counts: whoever fills in a field has ticked it. */
customElements.define("m-ticks", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => {
      const tick = event.target.closest(".stack")?.querySelector("input[name=field]");
      if (tick && tick !== event.target) tick.checked = true;
    });
  }
});
