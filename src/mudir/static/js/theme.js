const system = matchMedia("(prefers-color-scheme: dark)");

/* <m-theme> around the form that stores the theme: the page changes at once, the preference follows. */
customElements.define("m-theme", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.change(event));
  }

  async change(event) {
    event.preventDefault();
    const { dataset } = document.documentElement;
    const before = dataset.theme;
    const dark = before === "dark" || (before !== "light" && system.matches);
    dataset.theme = dark ? "light" : "dark";
    const ground = getComputedStyle(document.querySelector(".bar")).backgroundColor;  // the device draws its bar with it
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.content = ground;
    const wish = new FormData(event.target);
    wish.set("theme", dataset.theme);
    const answer = await fetch(event.target.action, { method: "POST", body: wish, redirect: "manual" }).catch(() => null);
    if (!answer || answer.status >= 400) dataset.theme = before;
  }
});
