//! Names that become files and folders: where documents may not go, and what other systems cannot store.

use crate::diag::{Diagnostic, Diags};
use crate::source::Span;

/// Folders of others, and whose they are. Documents there would be read as something else.
const TAKEN: [(&str, &str); 6] = [
    (".git", "git keeps its own files there"),
    (".github", "what lies there is run"),
    (".mlgen", "mlgen keeps its own files there"),
    (".terraform", "Terraform keeps its own files there"),
    ("configs", "the spec is there"),
    ("templates", "the templates are there"),
];

/// Names that Windows gives to devices, with any ending.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

/// What `layout` takes.
const HELP: &str = "write a path from the folder of mlgen.yaml, such as `deploy/{environment}`";

/// Whether Windows can have no file of this name.
pub(super) fn is_device(name: &str) -> bool {
    let name = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let number = name.strip_prefix(port).unwrap_or_default();
        matches!(number.as_bytes(), [b'1'..=b'9'])
    });
    numbered || DEVICES.contains(&name.as_str())
}

/// Reports a folder of `layout` in which no documents can be.
pub(super) fn check_folder(
    folder: &str,
    span: Span,
    catalogues: &[(String, Span)],
    diags: &mut Diags,
) {
    let wrong = |message: String, help: &str| Diagnostic::error(span, message).help(help);
    let has_drive = folder.as_bytes().get(1) == Some(&b':');
    if folder.starts_with(['/', '\\', '~']) || has_drive || folder.contains(['\\', '\n', '\0']) {
        diags.push(wrong("documents go into folders of the project".to_owned(), HELP));
        return;
    }
    let plain = folder.replace("{environment}", "");
    if plain.contains(['{', '}', '$']) {
        let help = "`{environment}` is the only one that there is";
        diags.push(wrong("this placeholder means nothing".to_owned(), help));
        return;
    }
    let parts: Vec<&str> =
        folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        diags.push(wrong("documents go into folders of the project".to_owned(), HELP));
        return;
    }
    let first = parts.first().map(|part| part.to_ascii_lowercase()).unwrap_or_default();
    if let Some((taken, why)) = TAKEN.iter().find(|(taken, _)| first == *taken) {
        diags
            .push(wrong(format!("no documents go into `{taken}`: {why}"), "choose another folder"));
    }
    let inside = parts.join("/");
    for (catalogue, at) in catalogues {
        let catalogue = catalogue.trim_start_matches("./").trim_end_matches('/');
        let is_in = inside.strip_prefix(catalogue);
        if !catalogue.is_empty()
            && is_in.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            diags.push(
                wrong(
                    format!("no documents go into `{catalogue}`: it is a catalogue"),
                    "choose another folder",
                )
                .note_at(*at, "here it says so"),
            );
        }
    }
    if let Some(part) = parts.iter().find(|part| is_device(part)) {
        diags.push(wrong(format!("Windows can have no `{part}`"), "choose another name"));
    }
}

/// Reports a name of an environment that can be no part of a file's name; `path` lets it have folders.
pub(super) fn check_part(name: &str, path: bool, span: Span, diags: &mut Diags) {
    let word = |one: char| one.is_ascii_alphanumeric() || "_-.".contains(one);
    let sound = |part: &str| {
        part.chars().all(word) && !part.is_empty() && !part.starts_with('.') && !is_device(part)
    };
    let parts: Vec<&str> = if path { name.split('/').collect() } else { vec![name] };
    if !parts.into_iter().all(sound) {
        diags.push(Diagnostic::error(span, "this cannot be the name of a file").help(
            "use letters, digits, `_`, `-` and `.`, and none of the names of devices of Windows",
        ));
    }
}

/// Reports what Kubernetes does not take for a namespace.
pub(super) fn check_namespace(name: &str, span: Span, diags: &mut Diags) {
    let word = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
    let sound = !name.is_empty() && name.len() <= 63 && name.chars().all(word);
    if !sound || name.starts_with('-') || name.ends_with('-') {
        diags.push(
            Diagnostic::error(span, "this cannot be the name of a namespace")
                .help("use at most 63 of a-z, 0-9 and -, and no - at either end"),
        );
    }
}
