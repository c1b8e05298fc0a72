//! A template's text to one that the engine runs: each path is asked whether it leads somewhere, each printed value
//! whether it is a text, and what can be known without data is checked here.

use handlebars::Template;
use handlebars::template::{
    DecoratorTemplate, HelperTemplate, Parameter, Subexpression, TemplateElement,
};
use serde_json::Value as Json;

use super::engine::Partial;
use super::functions::FUNCTIONS;
use super::helpers::{self, BLOCKS, COMPONENTS, FORGIVING, KNOWN, PRINT, SITE};
use super::lines::{self, Line};
use super::site::{Place, Sites, byte};
use super::{github, syntax};
use crate::decode::listed;
use crate::diag::{Diagnostic, closest};
use crate::source::Span;

/// A template that the engine can run, as far as it is right.
pub(super) struct Compiled {
    pub(super) template: Option<Template>,
    /// The templates that it includes.
    pub(super) partials: Vec<Partial>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Compiles `text`, which is the template of this number.
pub(super) fn compile(text: &str, number: usize, place: Place, sites: &mut Sites) -> Compiled {
    let (hidden, unclear) = github::hide(text);
    let unclear = unclear
        .into_iter()
        .map(|one| Diagnostic::error(place.span(one.range), one.message).help(one.help));
    let mut problems: Vec<Diagnostic> = unclear.collect();
    let template = match Template::compile(&hidden) {
        Ok(template) => template,
        Err(error) => {
            if problems.is_empty() {
                problems.push(syntax::diagnostic(&error, text, place));
            }
            return Compiled { template: None, partials: Vec::new(), problems };
        }
    };
    let (partials, inline) = (Vec::new(), Vec::new());
    let mut compiler =
        Compiler { text, hidden: &hidden, number, place, sites, partials, inline, problems };
    let mut template = template;
    compiler.template(&mut template, 0);
    let Compiler { mut partials, inline, problems, .. } = compiler;
    partials.retain(|partial| !inline.contains(&partial.name));
    Compiled { template: Some(template), partials, problems }
}

struct Compiler<'a> {
    text: &'a str,
    /// The same without the expressions of GitHub.
    hidden: &'a str,
    number: usize,
    place: Place,
    sites: &'a mut Sites,
    partials: Vec<Partial>,
    /// Partials that the template itself defines.
    inline: Vec<String>,
    problems: Vec<Diagnostic>,
}

impl Compiler<'_> {
    /// `outer` is where the element begins in which the template stands.
    fn template(&mut self, template: &mut Template, outer: usize) {
        for (index, element) in template.elements.iter_mut().enumerate() {
            let place = template.mapping.get(index);
            let start = place.map_or(outer, |place| byte(self.text, place.0, place.1));
            match element {
                TemplateElement::RawString(raw) => {
                    if let Some(place) = place {
                        *raw = self.marked(raw, place.0, place.1);
                    }
                }
                TemplateElement::Expression(helper) | TemplateElement::HtmlExpression(helper) => {
                    self.sites.open();
                    self.expression(helper, start);
                }
                TemplateElement::HelperBlock(helper) => {
                    self.sites.open();
                    self.block(helper, start);
                }
                TemplateElement::PartialExpression(partial)
                | TemplateElement::PartialBlock(partial) => {
                    self.sites.open();
                    self.partial(partial, start);
                }
                TemplateElement::DecoratorExpression(decorator)
                | TemplateElement::DecoratorBlock(decorator) => {
                    self.decorator(decorator, start);
                }
                _ => {}
            }
        }
    }

    /// A literal text with the lines that it comes from. The engine has cut spaces away before it.
    fn marked(&self, raw: &str, line: usize, column: usize) -> String {
        let start = byte(self.hidden, line, column);
        let rest = &self.hidden[start..];
        let spaces = rest.len() - rest.trim_start().len();
        let mut cuts = (0..=spaces).filter(|cut| rest.is_char_boundary(*cut));
        let cut = cuts.find(|cut| rest[*cut..].starts_with(raw)).unwrap_or(0);
        let line = line + rest[..cut].matches('\n').count();
        lines::marked(raw, Line { template: self.number, line })
    }

    fn expression(&mut self, helper: &mut HelperTemplate, start: usize) {
        let plain = helper.params.is_empty() && helper.hash.is_empty();
        if !plain {
            self.call(helper, start);
            return;
        }
        let mut value = helper.name.clone();
        let path = value.as_name().unwrap_or("this").to_owned();
        self.parameter(&mut value, start);
        let site = self.site(&path, start);
        helper.name = Parameter::Name(PRINT.to_owned());
        helper.params = vec![value, Parameter::Literal(path.into())];
        helper.hash.insert(SITE.to_owned(), literal(site));
    }

    fn call(&mut self, helper: &mut HelperTemplate, start: usize) {
        let name = helper.name.as_name().unwrap_or_default().to_owned();
        let path = helper.params.first().and_then(Parameter::as_name);
        let noted = path.filter(|_| FORGIVING.contains(&name.as_str())).unwrap_or(&name);
        let site = self.site(noted, start);
        let count = helper.params.len();
        let function = FUNCTIONS.iter().find(|function| function.name == name);
        let (least, most) = match function {
            Some(function) => function.params,
            None if FORGIVING.contains(&name.as_str()) => (2, 2),
            None => {
                self.unknown(&name, start);
                return;
            }
        };
        if !(least..=most).contains(&count) {
            let usage = function.map_or("{{default name \"other\"}}", |function| function.usage);
            let error = Diagnostic::error(
                self.find(&name, start),
                format!("`{name}` does not take {count} values"),
            );
            self.problems.push(error.help(format!("it is written {usage}")));
        }
        if let Some(path) = helper.params.first().and_then(Parameter::as_name)
            && name == "lookup"
            && path.ends_with("components")
        {
            let path = Parameter::Literal(path.into());
            helper.hash.insert(COMPONENTS.to_owned(), path);
        }
        let forgiving = usize::from(FORGIVING.contains(&name.as_str()));
        for (index, parameter) in helper.params.iter_mut().enumerate() {
            let as_it_is = index < forgiving && matches!(parameter, Parameter::Path(_));
            if !as_it_is {
                self.parameter(parameter, start);
            }
        }
        helper.hash.insert(SITE.to_owned(), literal(site));
    }

    fn block(&mut self, helper: &mut HelperTemplate, start: usize) {
        let name = helper.name.as_name().unwrap_or_default().to_owned();
        if !BLOCKS.contains(&name.as_str()) {
            let error =
                Diagnostic::error(self.find(&name, start), format!("there is no block `{name}`"));
            let help = match closest(&name, BLOCKS) {
                Some(meant) => format!("did you mean {{{{#{meant}}}}}?"),
                None => format!("there is {}", listed(&BLOCKS)),
            };
            self.problems.push(error.help(help));
        } else if helper.params.len() != 1 {
            let error = format!("`{name}` takes one value, not {}", helper.params.len());
            let error = Diagnostic::error(self.find(&name, start), error);
            self.problems.push(error.help("put an expression of several words in parentheses"));
        }
        for parameter in helper.params.iter_mut().chain(helper.hash.values_mut()) {
            self.parameter(parameter, start);
        }
        for inner in [&mut helper.template, &mut helper.inverse].into_iter().flatten() {
            self.template(inner, start);
        }
    }

    fn partial(&mut self, partial: &mut DecoratorTemplate, start: usize) {
        match partial.name.as_name() {
            Some("@partial-block") => {}
            Some(name) => {
                let (name, span) = (name.trim_matches('\'').to_owned(), self.find(name, start));
                self.partials.push(Partial { name, span });
            }
            None => self.parameter(&mut partial.name, start),
        }
        for parameter in partial.params.iter_mut().chain(partial.hash.values_mut()) {
            self.parameter(parameter, start);
        }
        if let Some(inner) = &mut partial.template {
            self.template(inner, start);
        }
    }

    fn decorator(&mut self, decorator: &mut DecoratorTemplate, start: usize) {
        let name = decorator.name.as_name().unwrap_or_default().to_owned();
        match decorator.params.first() {
            Some(Parameter::Literal(Json::String(defined))) if name == "inline" => {
                self.inline.push(defined.clone());
            }
            _ => {
                let error = format!("there is no decorator `{name}`");
                let error = Diagnostic::error(self.find(&name, start), error);
                self.problems.push(error.help("write {{#*inline \"name\"}} ... {{/inline}}"));
            }
        }
        if let Some(inner) = &mut decorator.template {
            self.template(inner, start);
        }
    }

    /// Puts the question whether it leads somewhere around a path.
    fn parameter(&mut self, parameter: &mut Parameter, start: usize) {
        let path = match parameter {
            Parameter::Path(_) => parameter.as_name().unwrap_or_default().to_owned(),
            Parameter::Subexpression(inner) => {
                let TemplateElement::Expression(helper) = inner.element.as_mut() else { return };
                if !helper.params.is_empty() || !helper.hash.is_empty() {
                    self.call(helper, start);
                    return;
                }
                // Parentheses around a path alone.
                *parameter = helper.name.clone();
                self.parameter(parameter, start);
                return;
            }
            _ => return,
        };
        let site = self.site(&path, start);
        let hash = [(SITE.to_owned(), literal(site))].into();
        let name = Parameter::Name(KNOWN.to_owned());
        *parameter =
            Parameter::Subexpression(Subexpression::new(name, vec![parameter.clone()], hash));
    }

    fn unknown(&mut self, name: &str, start: usize) {
        let error =
            Diagnostic::error(self.find(name, start), format!("there is no helper `{name}`"));
        let names = helpers::names();
        let help = match closest(name, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there is {}", listed(&names)),
        };
        self.problems.push(error.help(help));
    }

    fn site(&mut self, written: &str, start: usize) -> usize {
        let span = self.find(written, start);
        self.sites.add(span)
    }

    /// Where a word of an expression that begins at `start` stands.
    fn find(&self, written: &str, start: usize) -> Span {
        let rest = &self.text[start..];
        let range = match rest.find(written).filter(|_| !written.is_empty()) {
            Some(at) => at..at + written.len(),
            None => 0..rest.find("}}").map_or(0, |end| end + 2),
        };
        self.place.span(start + range.start..start + range.end)
    }
}

fn literal(site: usize) -> Parameter {
    Parameter::Literal(site.into())
}
