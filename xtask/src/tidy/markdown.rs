//! Rules about pages: links lead somewhere, the front page is short, decisions look alike.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, Findings};

/// The front page shows what it is and where to go; the rest is elsewhere.
const README: usize = 150;

/// A decision longer than this hides what was decided.
const DECISION: usize = 40;

const DECISIONS: &str = "docs/decisions/";

pub(super) fn check(file: &File, paths: &BTreeSet<&str>, findings: &mut Findings) {
    check_links(file, paths, findings);
    let lines = file.text.lines().count();
    if file.path.starts_with("README") && lines >= README {
        findings.add(
            file,
            README,
            "front page",
            format!("{lines} lines, and {README} are too many; move what is not needed first into `docs/`"),
        );
    }
    if is_decision(file) && lines > DECISION {
        findings.add(
            file,
            DECISION + 1,
            "decision",
            format!(
                "{lines} lines are more than {DECISION}; keep what was decided, why, and what lost"
            ),
        );
    }
}

/// Checks that all decisions have the headings that most of them have.
pub(super) fn check_decisions(files: &[File], findings: &mut Findings) {
    let decisions: Vec<(&File, Vec<&str>)> = files
        .iter()
        .filter(|file| is_decision(file))
        .map(|file| (file, headings(&file.text)))
        .collect();
    let mut uses: BTreeMap<&[&str], usize> = BTreeMap::new();
    for (_, headings) in &decisions {
        *uses.entry(headings).or_default() += 1;
    }
    // Among equally common ones the first decision's win, which is the oldest where they are numbered.
    let most = uses.values().max().copied().unwrap_or_default();
    let Some((_, usual)) = decisions.iter().find(|(_, headings)| uses[headings.as_slice()] == most)
    else {
        return;
    };
    for (file, headings) in &decisions {
        if headings != usual {
            let list = if usual.is_empty() { "no headings".to_owned() } else { usual.join(", ") };
            findings.add(file, 1, "decision", format!("use the headings of the others: {list}"));
        }
    }
}

fn is_decision(file: &File) -> bool {
    file.is_markdown() && file.path.starts_with(DECISIONS) && !file.path.ends_with("/README.md")
}

/// The headings of the second level.
fn headings(text: &str) -> Vec<&str> {
    prose(text)
        .into_iter()
        .filter_map(|(_, line)| line.strip_prefix("## "))
        .map(str::trim)
        .collect()
}

fn check_links(file: &File, paths: &BTreeSet<&str>, findings: &mut Findings) {
    for (number, line) in prose(&file.text) {
        for target in targets(line) {
            let place = target.split(['#', '?']).next().unwrap_or_default();
            let elsewhere =
                place.is_empty() || place.contains("://") || place.starts_with("mailto:");
            if !elsewhere && !leads_somewhere(&file.path, place, paths) {
                findings.add(
                    file,
                    number,
                    "link",
                    format!("`{place}` is no file of the repository; correct the path relative to this page"),
                );
            }
        }
    }
}

fn leads_somewhere(page: &str, place: &str, paths: &BTreeSet<&str>) -> bool {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in place.split('/') {
        match part {
            ".." if parts.pop().is_none() => return false,
            "" | "." | ".." => {}
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    let folder = format!("{path}/");
    path.is_empty()
        || paths.contains(path.as_str())
        || paths.range(folder.as_str()..).next().is_some_and(|next| next.starts_with(&folder))
}

/// The lines outside of fenced code, counted from 1.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut fence = None;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => lines.push((number, line)),
            _ => {}
        }
    }
    lines
}

/// What the inline links and images of a line point at.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (at, c) in line.char_indices() {
        if c == '`' {
            in_code = !in_code;
        }
        let rest = &line[at..];
        if in_code || !rest.starts_with("](") {
            continue;
        }
        let rest = &rest[2..];
        let target = match rest.strip_prefix('<') {
            Some(rest) => rest.split('>').next(),
            None => rest.split([')', ' ']).next(),
        };
        found.extend(target);
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::check;

    #[test]
    fn links_lead_to_files_of_the_repository() {
        for place in ["missing.md", "../../out.md", "guide/none.md"] {
            check(
                &[("docs/page.md", &format!("[text]({place}#part)\n"))],
                &[&format!(
                    "docs/page.md:1: link: `{place}` is no file of the repository; correct the path relative to this page"
                )],
            );
        }
        check(
            &[
                (
                    "docs/page.md",
                    "[a](guide/a.md \"title\") ![b](../b.png) [c](guide/) [d](#d) [e](..)\n",
                ),
                (
                    "docs/guide/a.md",
                    "[up](../page.md)\n<https://example.test> [x](https://example.test/x)\n",
                ),
                ("b.png", ""),
            ],
            &[],
        );
        check(&[("docs/page.md", "`[a](none.md)`\n```text\n[a](none.md)\n```\n")], &[]);
    }

    #[test]
    fn the_front_page_is_short() {
        check(
            &[("README.md", &"x\n".repeat(150))],
            &[
                "README.md:150: front page: 150 lines, and 150 are too many; move what is not needed first into `docs/`",
            ],
        );
        check(&[("README.md", &"x\n".repeat(149)), ("docs/README.md", &"x\n".repeat(200))], &[]);
    }

    #[test]
    fn decisions_are_short_and_look_alike() {
        let usual = "# Title\n## Decision\n## Why\n";
        check(
            &[("docs/decisions/1.md", &format!("{usual}{}", "x\n".repeat(38)))],
            &[
                "docs/decisions/1.md:41: decision: 41 lines are more than 40; keep what was decided, why, and what lost",
            ],
        );
        check(
            &[
                ("docs/decisions/1.md", "# Title\n## Why\n"),
                ("docs/decisions/2.md", usual),
                ("docs/decisions/3.md", usual),
                ("docs/decisions/README.md", "# List\n"),
            ],
            &["docs/decisions/1.md:1: decision: use the headings of the others: Decision, Why"],
        );
    }
}
