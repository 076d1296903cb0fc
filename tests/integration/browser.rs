//! The page in a real browser: it renders without errors and without a single request, nothing sticks out of it, and its
//! figures are those of the summary. Skipped, and said so, where there is no Chromium; the checks before a change lands
//! install one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Place, UNCERTAIN};
use crate::report::hold;

/// Chromium, under any of the names that systems give it.
fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let found =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CHANNELMIX_NEEDS_BROWSER").is_none(), "no Chromium, though one is needed");
        println!("skipped: no Chromium in PATH");
    }
    found
}

/// What the browser says of a page.
struct Seen {
    /// The document after loading.
    page: String,
    /// What stands on its console and in its log.
    log: String,
    /// Every address that it asked for.
    asked: Vec<String>,
}

fn open(browser: &Path, page: &Path, width: u32, place: &Place) -> Seen {
    let network = place.at("network.json");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"])
        .args(["--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=5000"])
        .arg(format!("--user-data-dir={}", place.at("profile").display()))
        .arg(format!("--log-net-log={}", network.display()))
        .arg(format!("--window-size={width},900"))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .expect("the browser runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&network).expect("it logs its network");
    // Addresses stand in the log as `"url":"…"`.
    let asked = text.split("\"url\":\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default().to_owned());
    Seen {
        page: String::from_utf8(output.stdout).expect("a page is text"),
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
        asked: asked.collect(),
    }
}

/// A page that measures another one: how far anything sticks out of its window, and whether words lie on words.
const RULER: &str = r#"<script>
addEventListener("load", () => {
  const told = performance.getEntriesByType("resource").map(entry => `asks for ${entry.name}`);
  const wide = document.documentElement.scrollWidth, window_ = document.documentElement.clientWidth;
  if (wide > window_ + 1) told.push(`the page is ${wide} wide in a window of ${window_}`);
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    const words = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim());
    for (const text of words) {
      const box = text.getBoundingClientRect();
      if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
        told.push(`clipped: ${text.textContent}`);
    }
    const boxes = words.map(text => [text.textContent, text.getBoundingClientRect(), text.getAttribute("transform")]);
    for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
      const [one, a, turned] = boxes[i], [other, b, also] = boxes[j];
      if (turned || also) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 3 && down > 0.35 * Math.min(a.height, b.height)) told.push(`overlap: ${one} | ${other}`);
    }
  }
  const ruler = document.createElement("pre");
  ruler.id = "ruler";
  ruler.textContent = `measured ${document.querySelectorAll("svg").length} charts\n` + told.join("\n");
  document.body.append(ruler);
});
</script>"#;

/// A scenario with many of everything, and long names.
fn large() -> String {
    let mut text = String::from(
        "name = \"Large\"\ncurrency = \"EUR\"\nstart = 2026-01-05\nhorizon = \"200d\"\nsimulate = 4096\nretention_window = \"60d\"\n",
    );
    let channels: Vec<String> = (0..27).map(|i| format!("contact-channel-with-a-long-name-{i:02}")).collect();
    for channel in &channels {
        text += &format!(
            "[channels.{channel}]\ncost_per_message = 0.01\ndelivery_rate = 0.95\nopen_rate = 0.3\nclick_to_open_rate = 0.1\nopt_out_rate = 0.001\nopt_in = 0.5\nopen_delay = \"1h\"\nlanding = \"web\"\n"
        );
    }
    for touch in ["web", "app", "store"] {
        text += &format!("[channels.{touch}]\norder_rate = 0.05\n");
    }
    for segment in 0..50 {
        text += &format!(
            "[segments.a-segment-with-quite-a-long-name-{segment:02}]\nshare = 0.02\nneeds = {{ every = \"30d\" }}\nbasket = {{ lognormal = {{ mean = 60, cv = 0.8 }} }}\ngross_margin = 0.4\nentry = {{ web = 0.6, app = 0.2, store = 0.2 }}\nhops = {{ web = {{ app = 0.1, store = 0.1 }} }}\n"
        );
    }
    for campaign in 0..3 {
        text += &format!("[campaigns.campaign-{campaign}]\ntrigger = {{ every = \"28d\", at = \"10:00\" }}\n");
    }
    for strategy in 0..12 {
        for campaign in 0..3 {
            let steps: Vec<String> = (0..4)
                .map(|k| format!("{{ send = \"{}\", after = \"{k}d\" }}", channels[(strategy + 3 * campaign + k) % 27]))
                .collect();
            text += &format!(
                "[strategies.a-strategy-with-a-long-name-{strategy:02}.campaigns.campaign-{campaign}]\ncascade = [{}]\n",
                steps.join(", ")
            );
        }
    }
    text
}

fn pages(place: &Place) -> Vec<(&'static str, PathBuf, Option<Value>)> {
    let summary = |folder: &str| -> Option<Value> {
        Some(
            serde_json::from_slice(&fs::read(place.at(folder).join("summary.json")).expect("a summary")).expect("JSON"),
        )
    };
    place.run(&[&["compare", "offers.toml", "--report", "uncertain"], &UNCERTAIN[..]].concat()).fine();
    place.run(&["compare", "offers.toml", "--report", "exact"]).fine();
    place.run(&["trace", "offers.toml", "--customer", "3", "--html", "trace.html"]).fine();
    place.write("large.toml", &large());
    place.run(&["compare", "large.toml", "--report", "large"]).fine();
    for (file, most) in [("report.html", 4_000_000), ("summary.json", 8_000_000)] {
        let size = fs::metadata(place.at("large").join(file)).expect("it is there").len();
        assert!(size < most, "{file} has {size} bytes");
    }
    let tests = crate::ab_report::SAMPLES.iter().map(|(name, analysis)| {
        let file = format!("abtest-{name}.html");
        place.write(&file, &channelmix::report::abtest::page(analysis, &crate::ab_report::made()));
        (*name, place.at(&file), None)
    });
    let certificates = crate::certify_page::SAMPLES.iter().map(|(name, certificate)| {
        let file = format!("certify-{name}.html");
        place.write(&file, &channelmix::report::certify::page(certificate, &crate::certify_page::made()));
        (*name, place.at(&file), None)
    });
    // A certificate of nothing has no charts to measure.
    let certificates = certificates.filter(|(name, ..)| *name != "empty");
    let mut pages: Vec<_> = tests.chain(certificates).collect();
    pages.extend([
        ("large", place.at("large/report.html"), summary("large")),
        ("uncertain", place.at("uncertain/report.html"), summary("uncertain")),
        ("exact", place.at("exact/report.html"), summary("exact")),
        ("trace", place.at("trace.html"), None),
    ]);
    pages
}

#[test]
fn the_page_renders_without_errors_requests_or_words_on_words() {
    let Some(browser) = chromium() else { return };
    let place = Place::new();
    for (name, path, summary) in pages(&place) {
        let seen = open(&browser, &path, 1100, &place);
        // A browser also asks for things of its own.
        let own = format!("file://{}", path.display());
        let browsers = |url: &str| {
            let host = url.split('/').nth(2).unwrap_or_default();
            ["google.com", "googleapis.com", "gvt1.com"].iter().any(|own| host.ends_with(own))
        };
        let asked: Vec<&String> =
            seen.asked.iter().filter(|url| **url != own && !url.starts_with("chrome") && !browsers(url)).collect();
        assert!(asked.is_empty(), "{name} asks for {asked:?}");
        let complaints: Vec<&str> = seen.log.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(complaints.is_empty(), "{name}: {complaints:?}");
        if let Some(summary) = summary {
            hold(&seen.page, &summary);
        }
        // The same page with a ruler in it, and without the policy that keeps scripts out.
        let page = fs::read_to_string(&path).expect("a page");
        let policy = page.find("<meta http-equiv=\"Content-Security-Policy\"").expect("the policy is there");
        let end = policy + page[policy..].find('>').expect("its end") + 1;
        let measured = format!("{}{}{RULER}", &page[..policy], &page[end..]);
        place.write("measured.html", &measured);
        for width in [1100, 500] {
            let seen = open(&browser, &place.at("measured.html"), width, &place);
            let ruler = seen.page.split("id=\"ruler\">").nth(1).expect("the ruler ran").split("</pre>").next();
            let told = ruler.unwrap_or_default().trim().to_owned();
            assert!(told.starts_with("measured ") && told.lines().count() == 1, "{name} at {width}: {told}");
            assert!(!told.starts_with("measured 0"), "{name}");
        }
    }
}
