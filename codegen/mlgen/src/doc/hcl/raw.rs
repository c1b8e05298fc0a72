//! Text of expressions that others wrote.

/// The text with its lines moved so that the last stands at `indent`. Insides of heredocs stay.
pub(super) fn indented(text: &str, indent: usize) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    let fixed = fixed(&lines);
    let movable = || {
        lines.iter().zip(&fixed).skip(1).filter(|(line, fixed)| !**fixed && !line.trim().is_empty())
    };
    let base = movable().map(|(line, _)| leading(line)).min().unwrap_or(0);

    let mut out = String::from(lines.first().copied().unwrap_or_default());
    for (line, fixed) in lines.iter().zip(&fixed).skip(1) {
        out.push('\n');
        if *fixed {
            out.push_str(line);
        } else if !line.trim().is_empty() {
            out.extend(std::iter::repeat_n(' ', indent + leading(line) - base));
            out.push_str(line.trim_start_matches(' '));
        }
    }
    out
}

fn leading(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Which lines belong to heredocs and stay as they are, up to and with the closing markers.
fn fixed(lines: &[&str]) -> Vec<bool> {
    let mut fixed = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let end = marker(lines[at])
            .and_then(|marker| (at + 1..lines.len()).find(|end| lines[*end].trim() == marker));
        if let Some(end) = end {
            fixed[at + 1..=end].fill(true);
            at = end;
        }
        at += 1;
    }
    fixed
}

/// The marker of the heredoc that a line begins.
fn marker(line: &str) -> Option<&str> {
    let (_, marker) = line.rsplit_once("<<")?;
    let marker = marker.strip_prefix('-').unwrap_or(marker);
    super::text::is_identifier(marker).then_some(marker)
}
