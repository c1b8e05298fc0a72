//! Unified diffs, as `patch` and `git apply` read them.

use similar::TextDiff;

/// The diff of a file; empty if only its mode changes. Bytes that are no text are not shown.
pub(super) fn unified(path: &str, before: Option<&[u8]>, after: Option<&str>) -> String {
    let Ok(old) = str::from_utf8(before.unwrap_or_default()) else {
        return format!("Binary file {path} differs\n");
    };
    let name = |side: &str, there: bool| {
        if there { format!("{side}/{path}") } else { "/dev/null".to_owned() }
    };
    TextDiff::from_lines(old, after.unwrap_or_default())
        .unified_diff()
        .header(&name("a", before.is_some()), &name("b", after.is_some()))
        .to_string()
}
