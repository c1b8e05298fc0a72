//! One document after the other: its context, its path, its text, and the check that it is what it claims to be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::engine::{Engine, Partial};
use super::lines::Traced;
use super::report::Report;
use super::site::Place;
use super::{Given, Job, context, data, file, holds, library, parsed, path};
use crate::diag::{Diagnostic, Diags};
use crate::doc::Document;
use crate::source::{Sources, Span};
use crate::spec::Environment;

/// Makes documents, each template compiled once.
pub(super) struct Renderer<'a> {
    given: Given<'a>,
    sources: &'a mut Sources,
    engine: Engine,
    /// Templates that cannot be rendered, or include one that cannot.
    broken: BTreeSet<String>,
    includes: BTreeMap<String, Vec<Partial>>,
    report: Report,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(given: Given<'a>, sources: &'a mut Sources) -> Self {
        let (engine, report) = (Engine::new(), Report::default());
        let (broken, includes) = (BTreeSet::new(), BTreeMap::new());
        Self { given, sources, engine, broken, includes, report }
    }

    /// The document of a job, or errors.
    pub(super) fn document(&mut self, job: Job<'_>, diags: &mut Diags) -> Option<Document> {
        let (template, at) = &job.document.template;
        let known = self.template(template, *at, diags);
        let pattern = self.pattern(job, diags);
        let (true, Some(pattern)) = (known, pattern) else { return None };
        let data = Json::Object(self.context(job, template, diags)?);
        let rendered = self.render(job, &pattern, data.clone(), diags);
        let path = rendered.map(|traced| traced.text.trim_end().to_owned());
        let text = self.render(job, template, data, diags);
        let (path, traced) = (path?, text?);
        if let Some((message, help)) = path::refuse(&path) {
            diags.push(Diagnostic::error(job.document.path.1, message).help(help));
            return None;
        }
        let refused = parsed::refused(&path, &traced.text);
        let sound = refused.is_empty();
        for one in refused {
            self.report.push(Report::refused(&self.engine, job, &path, &traced, one), diags);
        }
        sound.then(|| file(path, traced.text))
    }

    fn render(
        &mut self,
        job: Job<'_>,
        name: &str,
        data: Json,
        diags: &mut Diags,
    ) -> Option<Traced> {
        match self.engine.render(name, data) {
            Ok(traced) => Some(traced),
            Err(failures) => {
                for failure in failures {
                    let error = Report::failure(&self.engine, self.given, job, failure);
                    self.report.push(error, diags);
                }
                None
            }
        }
    }

    /// Adds a template and all that it includes; false where one of them is wrong.
    fn template(&mut self, name: &str, at: Span, diags: &mut Diags) -> bool {
        if self.engine.knows(name) {
            return !self.broken.contains(name);
        }
        let mut open = vec![Partial { name: name.to_owned(), span: at }];
        let mut sound = true;
        while let Some(Partial { name: wanted, span }) = open.pop() {
            if self.engine.knows(&wanted) {
                sound &= !self.broken.contains(&wanted);
                continue;
            }
            let Some(text) = library::find(&wanted, self.given.files) else {
                self.report.push(Report::no_template(&wanted, span, self.given), diags);
                sound = false;
                continue;
            };
            let source = self.sources.add(text.path, text.text);
            let (partials, problems) = self.engine.add(&wanted, text.text, Place::From(source, 0));
            if !problems.is_empty() {
                sound = false;
                self.broken.insert(wanted.clone());
            }
            for problem in problems {
                self.report.push(problem.note_at(at, "it is used here"), diags);
            }
            open.extend(partials.iter().cloned());
            self.includes.insert(wanted, partials);
        }
        if sound && let Some(partial) = self.circle(name) {
            let message = format!("`{}` includes itself", partial.name);
            self.report.push(Diagnostic::error(partial.span, message), diags);
            sound = false;
        }
        if !sound {
            self.broken.insert(name.to_owned());
        }
        sound
    }

    /// An inclusion that leads back to where it stands: it would never end.
    fn circle(&self, name: &str) -> Option<Partial> {
        fn visit(
            includes: &BTreeMap<String, Vec<Partial>>,
            name: &str,
            above: &mut Vec<String>,
            done: &mut BTreeSet<String>,
        ) -> Option<Partial> {
            if !done.insert(name.to_owned()) {
                return None;
            }
            above.push(name.to_owned());
            for partial in includes.get(name).into_iter().flatten() {
                if above.contains(&partial.name) {
                    return Some(partial.clone());
                }
                if let Some(found) = visit(includes, &partial.name, above, done) {
                    return Some(found);
                }
            }
            above.pop();
            None
        }
        visit(&self.includes, name, &mut Vec::new(), &mut BTreeSet::new())
    }

    /// The path of a document is a template, too: its name in the engine.
    fn pattern(&mut self, job: Job<'_>, diags: &mut Diags) -> Option<String> {
        let (text, span) = &job.document.path;
        let own = format!("path of {} at {}", job.name, self.sources.position(*span));
        if self.engine.knows(&own) {
            return (!self.broken.contains(&own)).then_some(own);
        }
        let place = match self.sources.slice(*span).find(text.as_str()) {
            Some(at) => Place::From(span.file, span.start as usize + at),
            None => Place::Within(*span),
        };
        let (partials, mut problems) = self.engine.add(&own, text, place);
        let partial = |one: Partial| Diagnostic::error(one.span, "a path includes no template");
        problems.extend(partials.into_iter().map(partial));
        let sound = problems.is_empty();
        for problem in problems {
            self.report.push(problem, diags);
        }
        if !sound {
            self.broken.insert(own.clone());
        }
        sound.then_some(own)
    }

    /// All that the document sees; none where its own data are wrong.
    fn context(
        &self,
        job: Job<'_>,
        template: &str,
        diags: &mut Diags,
    ) -> Option<Map<String, Json>> {
        let Given { spec, system, .. } = self.given;
        let scope = job.document.scope.targets.as_deref().unwrap_or_default();
        let targets: Vec<&str> = scope.iter().map(|(name, _)| name.as_str()).collect();
        let mut found = context::common(spec);
        let there = spec.project.environments.values().filter(|one| holds(job.document, one));
        if let Some(environment) = job.environment {
            let whole = context::whole(system, environment, &targets);
            for name in ["targets", "components"] {
                found.insert(name.to_owned(), whole[name].clone());
            }
            found.insert("environment".to_owned(), whole.into());
            // One document for each of many environments: facts about all of them only where they are read.
            if self.mentions(template, "environments") {
                let facts = there.map(|one| Json::Object(context::facts(one)));
                found.insert("environments".to_owned(), facts.collect());
            }
        } else {
            let whole = there.map(|one| Json::Object(context::whole(system, one, &targets)));
            found.insert("environments".to_owned(), whole.collect());
        }
        let environment = job.environment.map(|one| (one, self.stack(one, &targets)));
        let names =
            data::Names { system: &spec.project.system, environment, sources: self.sources };
        let mut errors = Diags::default();
        found.extend(data::data(job.document, names, &mut errors));
        let sound = !errors.has_errors();
        diags.extend(errors);
        sound.then_some(found)
    }

    /// The first stack of an environment among these targets.
    fn stack(
        &self,
        environment: &Environment,
        targets: &[&str],
    ) -> Option<&'a crate::construct::Stack> {
        self.given.system.stacks.iter().find(|stack| {
            stack.environment.name == environment.name
                && (targets.is_empty() || targets.contains(&stack.target.name.as_str()))
        })
    }

    /// Whether a template, or one that it includes, has a word in it.
    fn mentions(&self, template: &str, word: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![template.to_owned()];
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let text = library::find(&name, self.given.files);
            if text.is_some_and(|text| text.text.contains(word)) {
                return true;
            }
            let included = self.includes.get(&name).into_iter().flatten();
            open.extend(included.map(|partial| partial.name.clone()));
        }
        false
    }
}

/// Renders a template of the program itself with data of the program itself.
///
/// # Panics
///
/// When the two do not fit, which is a bug that every test of the caller finds.
pub(crate) fn plain(name: &str, text: &str, data: Json) -> String {
    let mut engine = Engine::new();
    let file = Sources::default().add(name, text);
    let (_, problems) = engine.add(name, text, Place::From(file, 0));
    assert!(problems.is_empty(), "{name}: {problems:?}");
    match engine.render(name, data) {
        Ok(traced) => traced.text,
        Err(failures) => panic!("{name}: {failures:?}"),
    }
}
