//! What the files of a catalogue name: kinds, inputs, settings and local values that there must be. A name that leads
//! nowhere is told at its line when the catalogue is read, not where some project stumbles over it.

use super::target::Target;
use super::{Catalogue, Kind};
use crate::decode;
use crate::diag::{Diagnostic, Diags};
use crate::merge::{self, LayerName};
use crate::node::{Node, Value};
use crate::reference::{Reference, Referent, Text};
use crate::source::{Sources, Span};

/// What a text of `target.yaml` may refer to beside settings and what every environment has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Convention,
    Secrets,
    Backend,
}

impl Catalogue {
    /// What `target.yaml` names; `node` is the file.
    pub(super) fn check_target(
        &self,
        target: &Target,
        node: &Node,
        sources: &Sources,
        diags: &mut Diags,
    ) {
        let also = node.get("also").map(|list| &list.value);
        for item in if let Some(Value::List(items)) = also { items.as_slice() } else { &[] } {
            let Some(name) = item.as_str() else { continue };
            let known = self.folders.keys().map(|(folder, _)| folder.as_str());
            if !known.clone().any(|folder| folder == name) {
                let message = format!("the catalogue has no folder `{name}`");
                diags.push(Diagnostic::error(item.span, message).suggest(name, known));
            }
        }
        let kind = node.get("secrets").and_then(|secrets| secrets.get("kind"));
        if let Some((kind, name)) = kind.and_then(|kind| Some((kind, kind.as_str()?)))
            && !self.kinds(target).any(|known| known == name)
        {
            let error = Diagnostic::error(kind.span, format!("there is no kind `{name}`"));
            diags.push(error.target(&target.name).suggest(name, self.kinds(target)));
        }
        let locals = locals(target, sources);
        let mut check = |node: &Node, place: Place| {
            each_text(node, &mut |text, span| {
                let parsed = Text::parse(text, span, sources, diags);
                for reference in parsed.references() {
                    check_reference(reference, place, target, &locals, diags);
                }
            });
        };
        if let Some(node) = node.get("conventions") {
            check(node, Place::Convention);
        }
        if let Some(secrets) = &target.secrets
            && let Some(node) = &secrets.inputs
        {
            check(node, Place::Secrets);
        }
        if let Some(backend) = &target.backend {
            check(&backend.arguments, Place::Backend);
            check(&backend.settings, Place::Backend);
        }
        if let Some(node) = node.get("conventions").filter(|node| node.as_map().is_some()) {
            let layer = merge::Layer { name: LayerName::Convention, node: node.clone() };
            diags.extend(merge::merge(vec![layer]).1);
        }
    }

    /// Conventions that no kind of the target can follow. `used` are kinds that are read already.
    pub(crate) fn check_conventions(
        &self,
        target: &Target,
        used: &[&Kind],
        sources: &Sources,
        diags: &mut Diags,
    ) {
        for (name, entry) in target.conventions.as_map().into_iter().flatten() {
            // The one that every target has stands nowhere.
            let is_written = entry.key.start < entry.key.end;
            let mut used = used.iter();
            if !is_written || used.any(|kind| kind.interface.inputs.contains_key(name)) {
                continue;
            }
            let others = self.kinds(target);
            let others: Vec<_> = others
                .filter_map(|kind| self.kind(target, kind, sources, &mut Diags::default()))
                .collect();
            let inputs = others.iter().flat_map(|kind| kind.interface.inputs.keys());
            let inputs = inputs.map(String::as_str);
            if others.iter().all(|kind| kind.is_whole) && !inputs.clone().any(|known| known == name)
            {
                let error = Diagnostic::error(entry.key, format!("no kind has an input `{name}`"));
                diags.push(error.target(&target.name).suggest(name, inputs));
            }
        }
    }
}

/// One reference of a text in `target.yaml`.
fn check_reference(
    reference: &Reference,
    place: Place,
    target: &Target,
    locals: &[String],
    diags: &mut Diags,
) {
    let span = reference.span;
    match &reference.to {
        Referent::Prefix | Referent::System | Referent::Environment => {}
        Referent::Setting(path) if target.settings.contains_key(&path[0]) => {}
        Referent::Setting(path) => {
            let message = format!("target `{}` has no setting `{}`", target.name, path[0]);
            let known = target.settings.keys().map(String::as_str);
            diags.push(decode::among(Diagnostic::error(span, message), &path[0], known));
        }
        Referent::Local(name) if place != Place::Backend => {
            if !locals.contains(name) {
                let message = format!("provider.tf has no local value `{name}`");
                let known = locals.iter().map(String::as_str);
                diags.push(decode::among(Diagnostic::error(span, message), name, known));
            }
        }
        Referent::Component { name, path }
            if place == Place::Convention && name == "component" && path.is_empty() => {}
        _ => {
            let (what, more) = match place {
                Place::Convention => ("a convention", "${component}, ${local.name}, "),
                Place::Secrets => ("an input of what holds secrets", "${local.name}, "),
                Place::Backend => ("a backend", ""),
            };
            let message = format!("`{reference}` means nothing in {what}");
            diags.push(Diagnostic::error(span, message).help(format!(
                "write {more}${{settings.name}}, ${{prefix}}, ${{system}} or ${{environment}}"
            )));
        }
    }
}

/// The local values of `provider.tf`.
fn locals(target: &Target, sources: &Sources) -> Vec<String> {
    let Some(Ok(body)) =
        target.provider.map(|file| hcl_edit::parser::parse_body(sources.text(file)))
    else {
        return Vec::new();
    };
    let blocks = body.get_blocks("locals");
    let names = blocks.flat_map(|block| block.body.attributes());
    names.map(|attribute| attribute.key.as_str().to_owned()).collect()
}

impl Kind {
    /// What `component.yaml` names.
    pub(super) fn check_names(&self, sources: &Sources, diags: &mut Diags) {
        let inputs = &self.interface.inputs;
        let known = inputs.keys().map(String::as_str);
        for (name, span) in &self.component.secret_input_places {
            // It may be a place inside of an input. A chart without a schema takes anything.
            let name = name.split('.').next().unwrap_or_default();
            if !inputs.is_empty() && !inputs.contains_key(name) {
                let error =
                    Diagnostic::error(*span, format!("{} has no input `{name}`", self.title()));
                diags.push(decode::among(error, name, known.clone()));
            }
        }
        let outputs = &self.interface.outputs;
        for (name, span) in &self.component.secret_output_places {
            if !outputs.contains_key(name) {
                let error =
                    Diagnostic::error(*span, format!("{} has no output `{name}`", self.title()));
                diags.push(decode::among(error, name, outputs.keys().map(String::as_str)));
            }
        }
        if inputs.is_empty() {
            return;
        }
        let templates = outputs.values().filter_map(|output| output.value.as_ref());
        for node in templates.chain(self.component.sections.values()) {
            self.check_template(node, sources, diags);
        }
    }

    /// A text over inputs, or a tree of them.
    fn check_template(&self, node: &Node, sources: &Sources, diags: &mut Diags) {
        each_form(node, diags);
        each_text(node, &mut |text, span| {
            let parsed = Text::parse(text, span, sources, diags);
            for reference in parsed.references() {
                let inputs = &self.interface.inputs;
                match &reference.to {
                    Referent::Prefix | Referent::System | Referent::Environment => {}
                    Referent::Component { name, .. } if inputs.contains_key(name) => {}
                    Referent::Component { name, .. } => {
                        let message = format!("{} has no input `{name}`", self.title());
                        let error = Diagnostic::error(reference.span, message);
                        diags.push(decode::among(error, name, inputs.keys().map(String::as_str)));
                    }
                    _ => {
                        let message = format!("`{reference}` means nothing in component.yaml");
                        diags.push(
                            Diagnostic::error(reference.span, message)
                                .help("write an input, ${prefix}, ${system} or ${environment}"),
                        );
                    }
                }
            }
        });
    }
}

/// Calls `see` for every text and every key of a tree.
fn each_text(node: &Node, see: &mut dyn FnMut(&str, Span)) {
    match &node.value {
        Value::String(text) => see(text, node.span),
        Value::List(items) => items.iter().for_each(|item| each_text(item, see)),
        Value::Map(entries) => {
            for (key, entry) in entries {
                see(key, entry.key);
                each_text(&entry.node, see);
            }
        }
        _ => {}
    }
}

/// Tells of keys that begin with `$` and are no `$merge` of a list.
fn each_form(node: &Node, diags: &mut Diags) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| each_form(item, diags)),
        Value::Map(entries) => {
            for (key, entry) in entries {
                let is_form = key.starts_with('$') && !key.starts_with("${");
                if is_form && key != "$merge" {
                    let error = Diagnostic::error(entry.key, format!("`{key}` means nothing here"));
                    diags.push(error.help("write `{ $merge: [...] }` to join maps"));
                } else if is_form && entries.len() > 1 {
                    let error = Diagnostic::error(entry.key, "`$merge` stands alone in its map");
                    diags.push(error.help("add what stands beside it to the list, as a map"));
                } else if is_form && !matches!(entry.node.value, Value::List(_)) {
                    diags.push(decode::wrong(&entry.node, "`$merge`", "a list of maps"));
                }
                each_form(&entry.node, diags);
            }
        }
        _ => {}
    }
}
