// The worst contrast of text with what is behind it, by WCAG 2's formula, and the element it is of.
(selector) => {
  const channel = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = text;
    paint.fillRect(0, 0, 1, 1);
    return paint.getImageData(0, 0, 1, 1).data;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const found = colour(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
  };
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll(selector)]
    .filter((e) => e.checkVisibility() && hasText(e))
    .map((e) => {
      const style = getComputedStyle(e);
      const pair = [colour(e.ownerSVGElement ? style.fill : style.color), behind(e)].map(light);
      const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      return [ratio, `${e.tagName} ${e.getAttribute("class")}`];
    })
    .sort((a, b) => a[0] - b[0])[0];
}
