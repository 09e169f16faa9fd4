/** A text of the page whose colours are too close to read for many people. */
export interface FaintText {
  readonly text: string;
  readonly ratio: number;
  readonly color: string;
  readonly background: string;
}

/**
 * For page.evaluate: the texts on screen with a contrast below 4.5:1, or 3:1 for large text (WCAG 2.2, success criterion 1.4.3).
 * What is disabled is exempt, as there.
 */
export function findFaintTexts(): readonly FaintText[] {
  type Color = readonly [red: number, green: number, blue: number, alpha: number];
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas to read colours with');
  /** Any colour that CSS can write, as sRGB. */
  const read = (css: string): Color => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top: Color, bottom: Color, opacity = 1): Color => {
    const alpha = top[3] * opacity;
    const mix = (at: 0 | 1 | 2): number => top[at] * alpha + bottom[at] * (1 - alpha);
    return [mix(0), mix(1), mix(2), 1];
  };
  const luminance = (color: Color): number => {
    const linear = (part: number): number =>
      part <= 10.3 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
  };
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const canvasColor: Color = isDark ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const backgroundOf = (element: Element): Color => {
    const parent = element.parentElement;
    const below = parent ? backgroundOf(parent) : canvasColor;
    return over(read(getComputedStyle(element).backgroundColor), below);
  };
  const opacityOf = (element: Element): number => {
    const own = Number(getComputedStyle(element).opacity);
    return element.parentElement ? own * opacityOf(element.parentElement) : own;
  };
  const faint: FaintText[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!element || text === '' || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest(':disabled, [aria-disabled="true"], script, style, noscript')) continue;
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue; // for screen readers only
    const style = getComputedStyle(element);
    const background = backgroundOf(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const color = over(read(ink), background, opacityOf(element));
    const [light = 0, dark = 0] = [luminance(color), luminance(background)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      faint.push({
        text: text.slice(0, 60),
        ratio: Math.round(ratio * 100) / 100,
        color: ink,
        background: background.join(),
      });
  }
  return faint;
}
