/** A moving picture without a camera: somebody against a wall, or a page of text. */
export function paintedTrack(name: string, seed: number): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  const screen = name === 'screen';
  canvas.width = screen ? 1280 : 640;
  canvas.height = screen ? 720 : 360;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  let tick = 0;
  const paint = () => {
    tick++;
    if (screen) paintPage(context, canvas);
    else paintPerson(context, canvas, { seed, tick });
  };
  paint();
  setInterval(paint, 200);
  const [track] = canvas.captureStream(5).getVideoTracks();
  if (track === undefined) throw new Error('no track');
  return track;
}

interface Moment {
  seed: number;
  tick: number;
}

function paintPerson(c: CanvasRenderingContext2D, { width, height }: Size, at: Moment): void {
  const hue = (at.seed * 67 + 20) % 360;
  const wall = c.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, `hsl(${hue} 30% 78%)`);
  wall.addColorStop(1, `hsl(${(hue + 40) % 360} 28% 46%)`);
  c.fillStyle = wall;
  c.fillRect(0, 0, width, height);
  c.fillStyle = `hsl(${hue} 25% 88% / 0.5)`;
  c.fillRect(width * 0.08, height * 0.1, width * 0.2, height * 0.4);
  const x = width / 2 + Math.sin(at.tick / 6 + at.seed) * 8;
  c.fillStyle = `hsl(${(hue + 190) % 360} 32% 34%)`;
  ellipse(c, { x, y: height * 1.08, rx: width * 0.24, ry: height * 0.42 });
  c.fillStyle = `hsl(${18 + (at.seed % 5) * 5} 42% ${40 + ((at.seed * 17) % 40)}%)`;
  ellipse(c, { x, y: height * 0.46, rx: width * 0.1, ry: height * 0.23 });
  c.fillStyle = `hsl(25 30% ${10 + ((at.seed * 13) % 30)}%)`;
  ellipse(c, { x, y: height * 0.3, rx: width * 0.105, ry: height * 0.12 });
}

function paintPage(c: CanvasRenderingContext2D, { width, height }: Size): void {
  c.fillStyle = '#fdfdfb';
  c.fillRect(0, 0, width, height);
  c.fillStyle = '#23303a';
  c.font = '600 44px system-ui';
  c.fillText('Quarterly plan', 90, 120);
  for (let row = 0; row < 9; row++) {
    c.fillStyle = row % 3 === 0 ? '#0b6e63' : '#c9c6be';
    c.fillRect(90, 180 + row * 52, 380 + ((row * 211) % 620), 18);
  }
}

interface Size {
  width: number;
  height: number;
}

function ellipse(
  c: CanvasRenderingContext2D,
  { x, y, rx, ry }: { x: number; y: number; rx: number; ry: number },
): void {
  c.beginPath();
  c.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  c.fill();
}
