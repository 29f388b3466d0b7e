/* <m-copy> offers to copy the text that stands in it; without script one selects it. */
customElements.define("m-copy", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard || this.querySelector("button")) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small quiet", textContent: this.dataset.label });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.querySelector("pre, code").textContent);
      button.textContent = this.dataset.done;
      setTimeout(() => { button.textContent = this.dataset.label; }, 2000);
    });
    button.setAttribute("aria-live", "polite");
    this.querySelector("pre, code").before(button);
  }
});
