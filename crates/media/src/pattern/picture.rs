//! What is drawn. Places are multiples of 16 where that lets whole macroblocks stay as they are.

use std::time::Duration;

use super::font::glyph;
use super::vp8::Picture;

/// Y, U, V in video range (ITU-R BT.601).
type Color = [u8; 3];

const BACKGROUND: Color = [30, 134, 124];
const PANEL: Color = [22, 132, 126];
const BLACK: Color = [16, 128, 128];
const WHITE: Color = [235, 128, 128];
const TEXT: Color = [200, 128, 126];
const FAINT: Color = [110, 132, 124];
const ACCENT: Color = [150, 90, 170];
/// White, yellow, cyan, green, magenta, red, blue, grey at three quarters of full strength.
const BARS: [Color; 8] = [
    [180, 128, 128],
    [162, 44, 142],
    [131, 156, 44],
    [112, 72, 58],
    [84, 184, 198],
    [65, 100, 212],
    [35, 212, 114],
    [90, 128, 128],
];

/// Left, top, width, height.
pub(super) const FLASH: [u32; 4] = [224, 128, 384, 160];
const FLASH_DURATION: Duration = Duration::from_millis(100);
const DIAL_CENTER: (i32, i32) = (120, 208);
const DIAL_RADIUS: f32 = 78.0;
const HAND_LENGTH: f32 = 66.0;
const HAND_HALF_WIDTH: f32 = 3.5;
const TRACK: [i32; 4] = [32, 336, 576, 16];
const RUNNER_WIDTH: i32 = 32;

#[derive(Clone, Copy)]
struct Rect {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

impl From<[i32; 4]> for Rect {
    fn from([x, y, width, height]: [i32; 4]) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }
}

pub(super) struct Painter {
    /// All that stands still.
    base: Picture,
    picture: Picture,
}

impl Painter {
    pub(super) fn new(width: u16, height: u16, number: u32) -> Self {
        let columns = usize::from(width).div_ceil(16);
        let rows = usize::from(height).div_ceil(16);
        let mut base = Picture::new(columns, rows);
        draw_base(&mut Canvas(&mut base), number);
        Self {
            picture: base.clone(),
            base,
        }
    }

    /// The picture of a moment.
    pub(super) fn paint(&mut self, time: Duration, index: u64) -> &Picture {
        self.picture.clone_from(&self.base);
        let mut canvas = Canvas(&mut self.picture);
        canvas.text((32, 56), 6, &clock(time), WHITE);
        canvas.text((486, 76), 3, &format!("{:06}", index % 1_000_000), TEXT);
        if Duration::from_nanos(time.subsec_nanos().into()) < FLASH_DURATION {
            canvas.fill(flash().into(), WHITE);
        }
        canvas.hand(time.subsec_nanos());
        // There and back in four seconds.
        let way = TRACK[2] - RUNNER_WIDTH;
        let millis = i32::try_from(time.as_millis() % 4_000).unwrap_or(0);
        let x = TRACK[0] + way * (2_000 - (2_000 - millis).abs()) / 2_000;
        // Samples of color are two wide.
        canvas.fill([x / 2 * 2, TRACK[1], RUNNER_WIDTH, TRACK[3]].into(), ACCENT);
        &self.picture
    }
}

fn flash() -> [i32; 4] {
    FLASH.map(|value| i32::try_from(value).unwrap_or(0))
}

fn draw_base(canvas: &mut Canvas<'_>, number: u32) {
    canvas.fill([0, 0, 640, 368].into(), BACKGROUND);
    canvas.text((32, 16), 3, "MISO TEST PATTERN", TEXT);
    let number = format!("#{number}");
    let width = i32::try_from(number.len()).unwrap_or(0) * 18;
    canvas.text((608 - width, 16), 3, &number, ACCENT);
    canvas.fill(flash().into(), BLACK);
    canvas.disc(DIAL_RADIUS, FAINT);
    canvas.disc(DIAL_RADIUS - 3.0, PANEL);
    for mark in 0..12u8 {
        canvas.mark(f32::from(mark) / 12.0);
    }
    for (index, color) in (0..).zip(BARS) {
        canvas.fill([32 + index * 72, 304, 72, 24].into(), color);
    }
    canvas.fill(TRACK.into(), PANEL);
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3_600 % 100,
        seconds / 60 % 60,
        seconds % 60,
        time.subsec_millis()
    )
}

struct Canvas<'a>(&'a mut Picture);

impl Canvas<'_> {
    fn fill(&mut self, rect: Rect, color: Color) {
        for y in rect.y..rect.y + rect.height {
            for x in rect.x..rect.x + rect.width {
                self.blend(x, y, color, 1.0);
            }
        }
    }

    fn text(&mut self, (x, y): (i32, i32), scale: i32, text: &str, color: Color) {
        for (index, letter) in (0..).zip(text.chars()) {
            for (line, dots) in (0..).zip(glyph(letter)) {
                for column in (0..5).filter(|column| dots >> (4 - column) & 1 != 0) {
                    let left = x + (index * 6 + column) * scale;
                    self.fill([left, y + line * scale, scale, scale].into(), color);
                }
            }
        }
    }

    fn disc(&mut self, radius: f32, color: Color) {
        self.around_center(color, |x, y| radius - x.hypot(y));
    }

    /// A mark of the dial at a part of the full turn.
    fn mark(&mut self, turn: f32) {
        let (sin, cos) = (turn * std::f32::consts::TAU).sin_cos();
        self.around_center(FAINT, |x, y| {
            let (along, across) = (x * sin - y * cos, x * cos + y * sin);
            (2.0 - across.abs()).min(3.5 - (along - (DIAL_RADIUS - 10.0)).abs())
        });
    }

    /// The hand, which turns once in a second.
    fn hand(&mut self, nanos: u32) {
        let turn = f64::from(nanos) / 1e9 * std::f64::consts::TAU;
        let (sin, cos) = turn.sin_cos();
        self.around_center(WHITE, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            let (along, across) = (x * sin - y * cos, x * cos + y * sin);
            let nearest = along.clamp(0.0, f64::from(HAND_LENGTH));
            let distance = (along - nearest).hypot(across);
            narrow(f64::from(HAND_HALF_WIDTH) - distance)
        });
    }

    /// Paints what is inside of a shape: `inside` tells how deep inside of it a place relative to the dial's center is.
    fn around_center(&mut self, color: Color, inside: impl Fn(f32, f32) -> f32) {
        let reach: i16 = 80;
        for y in -reach..reach {
            for x in -reach..reach {
                let cover = (inside(f32::from(x) + 0.5, f32::from(y) + 0.5) + 0.5).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let (x, y) = (DIAL_CENTER.0 + i32::from(x), DIAL_CENTER.1 + i32::from(y));
                    self.blend(x, y, color, cover);
                }
            }
        }
    }

    /// Lays a color over one place; that of each second one, for the color of four places is one sample.
    fn blend(&mut self, x: i32, y: i32, color: Color, cover: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        for (plane, value) in self.0.planes.iter_mut().zip(color).take(1) {
            plane.blend(x, y, value, cover);
        }
        if x % 2 == 0 && y % 2 == 0 {
            for (plane, value) in self.0.planes.iter_mut().zip(color).skip(1) {
                plane.blend(x / 2, y / 2, value, cover);
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a distance within the picture; only its nearest value matters"
)]
const fn narrow(value: f64) -> f32 {
    value as f32
}
