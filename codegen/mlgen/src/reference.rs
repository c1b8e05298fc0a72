//! `${...}` in the texts of a spec: what it may say, and where it says it.

use std::fmt;

use crate::diag::{Diagnostic, Diags};
use crate::source::{Sources, Span};

/// A text, cut at its references. `$${` stands for `${`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub Vec<Part>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Literal(String),
    /// What is put in.
    Reference(Reference),
}

/// What stands between `${` and `}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it names.
    pub to: Referent,
    /// Whether it ends in `?`: where there is nothing to refer to, the value is left out.
    pub optional: bool,
    /// From `$` to `}`.
    pub span: Span,
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referent {
    /// `${database}`, or `${database.host}`.
    Component {
        /// Name of the component.
        name: String,
        /// What of it; the whole when empty.
        path: Vec<String>,
    },
    /// `${shared:registry.url}`: something of another environment.
    Foreign {
        /// Name of the environment.
        environment: String,
        /// Name of the component there.
        component: String,
        /// Its output.
        output: String,
    },
    /// `${input.image_tag}`: a fact of a run.
    Input(String),
    /// `${secret.jwt_secret}`
    Secret(String),
    /// `${prefix}`: what names begin with.
    Prefix,
    /// `${system}`
    System,
    /// `${environment}`
    Environment,
    /// `${local.tags}`: a local value of the target's `provider.tf`, for its conventions.
    Local(String),
    /// `${settings.region}`: a setting of the target; `${region}` is short for `${settings.region}`.
    Setting(Vec<String>),
}

impl Text {
    /// The one reference that the text is, if it is nothing else.
    pub fn whole(&self) -> Option<&Reference> {
        match self.0.as_slice() {
            [Part::Reference(reference)] => Some(reference),
            _ => None,
        }
    }

    /// The text, if it has no references.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// All references in it.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().filter_map(|part| match part {
            Part::Reference(reference) => Some(reference),
            Part::Literal(_) => None,
        })
    }

    /// Cuts a text that stands at `span`.
    pub fn parse(text: &str, span: Span, sources: &Sources, diags: &mut Diags) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        let mut nth = 0;
        while let Some(at) = rest.find("${") {
            let place = |length: usize| place_of(sources, span, nth, length);
            if rest[..at].ends_with('$') {
                literal.push_str(&rest[..at - 1]);
                literal.push_str("${");
                rest = &rest[at + 2..];
                nth += 1;
                continue;
            }
            literal.push_str(&rest[..at]);
            let Some(length) = rest[at..].find('}') else {
                diags.push(
                    Diagnostic::error(place(2), "this reference has no end")
                        .help("close it with `}`, or write `$${` for a literal `${`"),
                );
                literal.push_str(&rest[at..]);
                rest = "";
                break;
            };
            let inside = &rest[at + 2..at + length];
            let here = place(length + 1);
            match reference(inside) {
                Ok((to, optional)) => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(Part::Reference(Reference { to, optional, span: here }));
                }
                Err(help) => diags.push(
                    Diagnostic::error(here, format!("`${{{inside}}}` is no reference")).help(help),
                ),
            }
            rest = &rest[at + length + 1..];
            nth += 1;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Self(parts)
    }
}

/// The place of the `nth` `${` within a value: quotes and escapes before it do not matter.
fn place_of(sources: &Sources, span: Span, nth: usize, length: usize) -> Span {
    let written = sources.slice(span);
    match written.match_indices("${").nth(nth) {
        Some((at, _)) => span.part(at..at + length),
        None => span,
    }
}

fn reference(inside: &str) -> Result<(Referent, bool), String> {
    let (path, optional) = match inside.strip_suffix('?') {
        Some(path) => (path, true),
        None => (inside, false),
    };
    let (environment, path) = match path.split_once(':') {
        Some((environment, path)) => (Some(environment), path),
        None => (None, path),
    };
    let words: Vec<&str> = path.split('.').collect();
    let is_word = |word: &str| {
        !word.is_empty()
            && word.chars().all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-')
    };
    if !words.iter().copied().chain(environment).all(is_word) {
        return Err("write a component, `component.output`, `input.name` or `secret.name`; for a literal `${` write `$${`".into());
    }
    let owned = |word: &&str| (*word).to_owned();
    let to = match (environment, words.as_slice()) {
        (Some(environment), [component, output]) => Referent::Foreign {
            environment: environment.to_owned(),
            component: (*component).to_owned(),
            output: (*output).to_owned(),
        },
        (Some(environment), _) => {
            return Err(format!("write `${{{environment}:component.output}}`"));
        }
        (None, ["input", name]) => Referent::Input((*name).to_owned()),
        (None, ["secret", name]) => Referent::Secret((*name).to_owned()),
        (None, [word @ ("input" | "secret"), ..]) => {
            return Err(format!("write `${{{word}.name}}`"));
        }
        (None, ["local", name]) => Referent::Local((*name).to_owned()),
        (None, ["prefix"]) => Referent::Prefix,
        (None, ["system"]) => Referent::System,
        (None, ["environment"]) => Referent::Environment,
        (None, ["region"]) => Referent::Setting(vec!["region".to_owned()]),
        (None, ["settings", path @ ..]) if !path.is_empty() => {
            Referent::Setting(path.iter().map(owned).collect())
        }
        (None, [name, path @ ..]) => {
            Referent::Component { name: (*name).to_owned(), path: path.iter().map(owned).collect() }
        }
        (None, []) => unreachable!("a split has at least one part"),
    };
    Ok((to, optional))
}

/// As it is written in a spec.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match &self.to {
            Referent::Component { name, path } if path.is_empty() => name.clone(),
            Referent::Component { name, path } => format!("{name}.{}", path.join(".")),
            Referent::Foreign { environment, component, output } => {
                format!("{environment}:{component}.{output}")
            }
            Referent::Input(name) => format!("input.{name}"),
            Referent::Secret(name) => format!("secret.{name}"),
            Referent::Local(name) => format!("local.{name}"),
            Referent::Prefix => "prefix".to_owned(),
            Referent::System => "system".to_owned(),
            Referent::Environment => "environment".to_owned(),
            Referent::Setting(path) => format!("settings.{}", path.join(".")),
        };
        write!(f, "${{{path}{}}}", if self.optional { "?" } else { "" })
    }
}
