//! Lines below each other, as they stand in a body or an object: aligned, and apart where they are tall.

use super::line::Line;

/// A thing that begins on a line of its own.
pub(super) enum Row {
    /// `lead = value`.
    Pair { lead: Line, value: Line, comment: Option<String> },
    /// What takes several lines, or a block. Lines after the first have their indentation.
    Tall(String),
    /// Lines that belong to what follows.
    Comment(String),
    /// A blank line that is asked for.
    Blank,
}

/// Rows in order.
#[derive(Default)]
pub(super) struct Rows(Vec<Row>);

impl Rows {
    pub(super) fn push(&mut self, row: Row) {
        self.0.push(row);
    }

    /// Adds the rows to a text, each line with its indentation and its end.
    pub(super) fn print(self, indent: usize, out: &mut String) {
        let rows = spaced(self.0);
        let leads = widest(&rows, Row::lead);
        let commented: Vec<_> =
            rows.iter().zip(&leads).map(|(row, lead)| row.commented(*lead)).collect();
        let comments = widest(&commented, |columns| *columns);
        for (at, row) in rows.iter().enumerate() {
            if !matches!(row, Row::Blank | Row::Comment(_)) {
                spaces(indent, out);
            }
            match row {
                Row::Pair { lead, value, comment } => {
                    out.push_str(lead.text());
                    spaces(leads[at].saturating_sub(lead.columns()), out);
                    out.push_str(" = ");
                    out.push_str(value.text());
                    if let (Some(comment), Some(columns)) = (comment, commented[at]) {
                        spaces(comments[at] - columns + 1, out);
                        out.push_str(&comment_line(&comment.replace('\n', " ")));
                    }
                }
                Row::Tall(text) => out.push_str(text),
                Row::Comment(text) => {
                    let lines: Vec<_> = text.split('\n').map(comment_line).collect();
                    let between = format!("\n{}", " ".repeat(indent));
                    spaces(indent, out);
                    out.push_str(&lines.join(&between));
                }
                Row::Blank => {}
            }
            out.push('\n');
        }
    }
}

impl Row {
    /// Columns of the left side, if it is aligned with its neighbours.
    fn lead(&self) -> Option<usize> {
        match self {
            Self::Pair { lead, .. } if !lead.assigns() => Some(lead.columns()),
            _ => None,
        }
    }

    /// Columns before the comment, where left sides of the neighbourhood have `lead` columns.
    fn commented(&self, lead: usize) -> Option<usize> {
        match self {
            Self::Pair { lead: own, value, comment: Some(_) } => {
                Some(lead.max(own.columns()) + 3 + value.columns())
            }
            _ => None,
        }
    }
}

/// For each row the largest of the numbers in its run of rows that have one; 0 outside of runs.
fn widest<T>(rows: &[T], number: impl Fn(&T) -> Option<usize>) -> Vec<usize> {
    let mut widest = Vec::with_capacity(rows.len());
    for run in rows.chunk_by(|a, b| number(a).is_some() == number(b).is_some()) {
        let most = run.iter().filter_map(&number).max().unwrap_or(0);
        widest.extend(std::iter::repeat_n(most, run.len()));
    }
    widest
}

/// The rows with a blank line on each side of what is tall, and nowhere two in a row.
fn spaced(rows: Vec<Row>) -> Vec<Row> {
    let tall: Vec<bool> = (0..rows.len()).map(|at| begins_tall(&rows[at..])).collect();
    let mut spaced: Vec<Row> = Vec::with_capacity(rows.len());
    for (row, tall) in rows.into_iter().zip(tall) {
        let blank = match (spaced.last(), &row) {
            (None | Some(Row::Blank), Row::Blank) => continue,
            (Some(Row::Tall(_)), Row::Blank) => false,
            (Some(Row::Tall(_)), _) => true,
            (Some(Row::Pair { .. }), _) => tall,
            _ => false,
        };
        if blank {
            spaced.push(Row::Blank);
        }
        spaced.push(row);
    }
    if matches!(spaced.last(), Some(Row::Blank)) {
        spaced.pop();
    }
    spaced
}

/// Whether the first row that is no comment is tall.
fn begins_tall(rows: &[Row]) -> bool {
    let first = rows.iter().find(|row| !matches!(row, Row::Comment(_)));
    matches!(first, Some(Row::Tall(_)))
}

fn comment_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# {text}").trim_end().to_owned()
}

fn spaces(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', count));
}
