//! A finished picture: as a file of its own, inside a page, as pixels.

use std::sync::{Arc, LazyLock};

use resvg::{tiny_skia, usvg};

use super::canvas::escape;
use super::font;
use super::palette::{TONES, Tone};

/// What a picture says, for those who see it and those who don't.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    /// The answer in one sentence; drawn on top of the picture when it stands alone, and read out by screen readers.
    pub title: &'a str,
    /// What is shown and how to read it, with the numbers that matter; read out by screen readers.
    pub description: &'a str,
}

/// A finished picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The picture as an SVG file, light, on white, with its title on top.
    pub svg: String,
    /// Its width in CSS pixels.
    pub width: u32,
    /// Its height in CSS pixels.
    pub height: u32,
    title: String,
    description: String,
    /// What is drawn, without the title; from 0 to `body_height`.
    body: String,
    body_height: u32,
}

/// Above the drawn title.
const MARGIN: f64 = 12.0;

/// The size of the drawn title, and the distance of its lines.
const TITLE: (f64, f64) = (19.0, 26.0);

/// An inline picture is at least this share of its width, however narrow the page: then words are 12.5 CSS pixels high.
const LEAST: f64 = 600.0 / 720.0;

/// A PNG is at most this wide and high, in pixels.
const MOST_PIXELS: f32 = 16_000.0;

impl Picture {
    pub(super) fn new(title: String, description: String, body: String, width: f64, height: f64) -> Self {
        let lines = font::wrap(&title, TITLE.0, width - 2.0 * MARGIN, 4);
        let head = if lines.is_empty() { 0.0 } else { MARGIN + TITLE.1 * lines.len() as f64 + 6.0 };
        let (width, body_height, full) = (width.ceil() as u32, height.ceil() as u32, (head + height).ceil() as u32);
        let above = full - body_height;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{full}\" \
             viewBox=\"0 -{above} {width} {full}\" role=\"img\" aria-labelledby=\"title description\" \
             font-family=\"{}\">\n<title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n\
             <rect x=\"0\" y=\"-{above}\" width=\"{width}\" height=\"{full}\" fill=\"{}\"/>\n",
            font::FAMILIES,
            escape(&title),
            escape(&description),
            Tone::Ground.hex(),
        );
        for (number, line) in lines.iter().enumerate() {
            let foot = MARGIN + TITLE.0 + number as f64 * TITLE.1 - f64::from(above) - 2.0;
            svg.push_str(&format!(
                "<text x=\"{MARGIN}\" y=\"{foot:.1}\" font-size=\"{}\" fill=\"{}\">{}</text>\n",
                TITLE.0,
                Tone::Ink.hex(),
                escape(line)
            ));
        }
        svg.push_str(&body);
        svg.push_str("</svg>\n");
        Self { svg, width, height: full, title, description, body, body_height }
    }

    /// The picture inside a page that has [`style`](super::style): without the drawn title, in the page's colours, as
    /// wide as there is room; on narrow pages it scrolls sideways. `prefix` makes its ids unique in the page: a
    /// letter, then letters, digits and dashes.
    pub fn embedded(&self, prefix: &str) -> String {
        let mut body = self.body.clone();
        for (name, light, _) in TONES {
            body = body.replace(&format!("\"{light}\""), &format!("\"var(--{name})\""));
        }
        let prefix = escape(&font::clean(prefix).replace(' ', "-"));
        let least = (f64::from(self.width) * LEAST).round();
        // Focus lets a keyboard scroll it.
        format!(
            "<div class=\"chart\" tabindex=\"0\"><svg viewBox=\"0 0 {width} {height}\" \
             style=\"min-width:{least}px;max-width:{most}px\" role=\"img\" \
             aria-labelledby=\"{prefix}-title {prefix}-description\" font-family=\"{families}\">\n\
             <title id=\"{prefix}-title\">{title}</title>\n<desc id=\"{prefix}-description\">{description}</desc>\n\
             {body}</svg></div>\n",
            width = self.width,
            height = self.body_height,
            most = self.width * 5 / 4,
            families = font::FAMILIES,
            title = escape(&self.title),
            description = escape(&self.description),
        )
    }

    /// The picture as a PNG file, `scale` pixels for each CSS pixel, from 0.1 to 8: 2 suits slides. It is drawn with
    /// the bundled font alone, so that it is the same everywhere. Letters beyond Latin, Greek, Cyrillic and Hebrew,
    /// such as Chinese ones, are empty boxes there; the SVG shows them.
    pub fn png(&self, scale: f32) -> Vec<u8> {
        let scale = if scale.is_finite() { scale.clamp(0.1, 8.0) } else { 1.0 };
        let scale = scale.min(MOST_PIXELS / self.width.max(self.height) as f32);
        let Ok(tree) = self.tree() else { return Vec::new() };
        let (width, height) = ((self.width as f32 * scale).ceil() as u32, (self.height as f32 * scale).ceil() as u32);
        let Some(mut pixels) = tiny_skia::Pixmap::new(width.max(1), height.max(1)) else { return Vec::new() };
        pixels.fill(tiny_skia::Color::WHITE);
        resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
        pixels.encode_png().unwrap_or_default()
    }

    /// The picture as resvg sees it.
    pub(super) fn tree(&self) -> Result<usvg::Tree, usvg::Error> {
        let fontdb = Arc::clone(&FONTS);
        let options = usvg::Options { font_family: font::FAMILY.to_owned(), fontdb, ..Default::default() };
        usvg::Tree::from_str(&self.svg, &options)
    }
}

/// The bundled font and no other.
static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(font::FILE.to_vec());
    fonts.set_sans_serif_family(font::FAMILY);
    Arc::new(fonts)
});
