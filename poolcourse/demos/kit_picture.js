// Pictures: real photos in and out of canvases. A photo travels as a data URL, so that a page opened from a folder reads its pixels.

/** Decode a photo. @returns {Promise<{planes: Float32Array[], height, width}>} values in [0, 1], one plane a channel */
async function readPhoto(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const context = node("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const planes = [0, 1, 2].map((channel) => Float32Array.from({ length: width * height }, (_, index) => data[4 * index + channel] / 255));
  return { planes, height, width };
}

/** Paint one or three planes, `scale` times their value, into a canvas of their own size. */
function paintPlanes(canvas, { planes, height, width }, scale = 1) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let index = 0; index < width * height; index += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      image.data[4 * index + channel] = 255 * scale * (planes[channel] ?? planes[0])[index];
    image.data[4 * index + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Paint a map of numbers in the colours of a scale. */
function paintMap(canvas, plane, height, width, { low, high, signed = false }) {
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let index = 0; index < width * height; index += 1) {
    const share = signed ? (plane[index] / reach + 1) / 2 : (plane[index] - low) / (high - low || 1);
    image.data.set([...scaleColour(signed ? DIVERGING : SEQUENTIAL, share), 255], 4 * index);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A canvas in a panel, described in words. */
function pictureIn(part, words) {
  const canvas = node("canvas", { class: "pc-pixels", role: "img", "aria-label": words });
  part.add(canvas);
  return canvas;
}
