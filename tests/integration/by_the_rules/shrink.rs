//! Makes the text of a scenario smaller while it still shows what it shows.

/// Leaves out sections, lists, lines and keys one by one, as long as the rest is still `wrong`.
pub fn smallest(text: &str, wrong: impl Fn(&str) -> bool) -> String {
    let mut small = text.to_owned();
    // What could not be left out before can seldom be now: on from there, and round again in the end.
    let mut from = 0;
    loop {
        let all = smaller(&small);
        let round = (from..all.len()).chain(0..from.min(all.len()));
        let Some(found) = round.into_iter().find(|&number| wrong(&all[number])) else { return small };
        small.clone_from(&all[found]);
        from = found;
    }
}

/// All texts without one part of this one, large parts first.
fn smaller(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let without = |from: usize, until: usize| {
        let mut kept = lines[..from].to_vec();
        kept.extend(&lines[until..]);
        kept.join("\n") + "\n"
    };
    let end = |from: usize, is_end: &dyn Fn(&str) -> bool| {
        lines[from + 1..].iter().position(|line| is_end(line)).map_or(lines.len(), |length| from + 1 + length)
    };
    let (mut sections, mut lists, mut single, mut keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            let name = line.trim_matches(['[', ']']);
            sections.push(without(number, end(number, &|line| line.starts_with('['))));
            // A campaign with its plan.
            if let Some(campaign) = name.strip_prefix("campaigns.") {
                let plan = format!("[strategies.s.campaigns.{campaign}]");
                let mut kept = String::new();
                let mut dropping = false;
                for other in &lines {
                    if other.starts_with('[') {
                        dropping = other == line || *other == plan;
                    }
                    if !dropping {
                        kept += &format!("{other}\n");
                    }
                }
                sections.insert(0, kept);
            }
        } else if line.ends_with(" = [") {
            lists.push(without(number, end(number, &|line| line == "]") + 1));
        }
        single.push(without(number, number + 1));
        for shorter in without_a_key(line) {
            let mut all: Vec<&str> = lines.clone();
            all[number] = &shorter;
            keys.push(all.join("\n") + "\n");
        }
    }
    sections.into_iter().chain(lists).chain(single).chain(keys).collect()
}

/// An inline table without one of its keys, or an inline list without one of its items, each in turn.
fn without_a_key(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut commas = vec![];
    for (at, c) in line.char_indices() {
        match c {
            '{' | '[' => {
                depth += 1;
                commas.push((depth, at + 1));
            }
            ',' => commas.push((depth, at)),
            '}' | ']' => {
                commas.push((depth, at));
                let parts: Vec<usize> = commas.iter().filter(|(own, _)| *own == depth).map(|(_, at)| *at).collect();
                for (number, pair) in parts.windows(2).enumerate() {
                    // With the comma behind the first part, or the one before any other.
                    let skip = usize::from(number == 0 && line[pair[1]..].starts_with(','));
                    found.push(format!("{}{}", &line[..pair[0]], &line[pair[1] + skip..]));
                }
                commas.retain(|(own, _)| *own < depth);
                depth -= 1;
            }
            _ => {}
        }
    }
    found
}
