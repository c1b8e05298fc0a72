//! Which line of a template a rendered line comes from: marks travel with the text, and are taken out at the end.

const BEGIN: char = '\u{fdd2}';
const END: char = '\u{fdd3}';

/// A place in a template: which one, and its line from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) template: usize,
    pub(super) line: usize,
}

/// A rendered text, and for each of its lines where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Traced {
    pub(super) text: String,
    pub(super) lines: Vec<Option<Line>>,
}

/// The mark of a place.
pub(super) fn mark(place: Line) -> String {
    format!("{BEGIN}{}.{}{END}", place.template, place.line)
}

/// Puts a mark before each line of a literal text that begins in `place`.
///
/// None goes before a line break or to the end, where the engine looks for line breaks to indent partials.
pub(super) fn marked(text: &str, place: Line) -> String {
    let mut found = String::with_capacity(text.len() + 16);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line != "\n" {
            found.push_str(&mark(Line { line: place.line + index, ..place }));
        }
        found.push_str(line);
    }
    found
}

/// Takes the marks out. A line without one comes from where the line before it does.
pub(super) fn trace(marked: &str) -> Traced {
    let mut traced = Traced::default();
    let mut last = None;
    for line in marked.split_inclusive('\n') {
        let mut origin = None;
        let mut visible = false;
        let begin = traced.text.len();
        for (index, piece) in line.split(BEGIN).enumerate() {
            let text = match piece.split_once(END).filter(|_| index > 0) {
                Some((place, text)) => {
                    if !visible {
                        origin = read(place).or(origin);
                    }
                    text
                }
                None => piece,
            };
            visible |= !text.trim().is_empty();
            traced.text.push_str(text);
        }
        // A partial that is indented indents its empty lines, too.
        if !visible {
            traced.text.truncate(begin);
            traced.text.push_str(if line.ends_with('\n') { "\n" } else { "" });
        }
        last = origin.or(last);
        traced.lines.push(last);
    }
    traced
}

fn read(place: &str) -> Option<Line> {
    let (template, line) = place.split_once('.')?;
    Some(Line { template: template.parse().ok()?, line: line.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_traced() {
        let at = |line| Line { template: 2, line };
        let text = marked("a\n  \n  b", at(3)) + "value\nof two lines" + &marked("\nc\n", at(5));
        let traced = trace(&text);
        assert_eq!(traced.text, "a\n\n  bvalue\nof two lines\nc\n");
        let lines: Vec<_> = traced.lines.into_iter().flatten().map(|one| one.line).collect();
        assert_eq!(lines, [3, 4, 5, 5, 6]);
    }
}
