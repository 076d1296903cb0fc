//! Draws every chart with ordinary, many, hostile and odd data, to look at: `cargo run --example charts -- FOLDER` writes
//! a PNG and an SVG of each, and a page with all of them.

mod gallery;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use channelmix::report::charts;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say a folder to write to")?);
    fs::create_dir_all(&folder)?;
    let mut page = format!(
        "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Charts</title>\n<style>{}body{{background:var(--ground);color:var(--ink);font-family:sans-serif}}</style>\n",
        charts::style()
    );
    for (name, picture) in gallery::pictures() {
        fs::write(folder.join(format!("{name}.svg")), &picture.svg)?;
        fs::write(folder.join(format!("{name}.png")), picture.png(1.0))?;
        page.push_str(&format!("<h2>{name}</h2>\n{}", picture.embedded(&name)));
    }
    fs::write(folder.join("index.html"), page)?;
    Ok(())
}
