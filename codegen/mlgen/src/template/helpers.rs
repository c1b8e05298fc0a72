//! How helpers stand in the engine: each is a function of values, and what it refuses becomes a note.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonRender, PathAndJson, RenderContext, RenderError,
    ScopedJson,
};
use serde_json::Value as Json;

use super::functions::{FUNCTIONS, UNKNOWN};
use super::note::{Notes, Wrong, kind, reference};

/// The value of a path, or a note that it leads nowhere. The compiler puts it around each path.
pub(super) const KNOWN: &str = "$known";

/// A value as text. The compiler puts it around each value that is printed.
pub(super) const PRINT: &str = "$print";

/// The key under which the compiler hands each helper its site.
pub(super) const SITE: &str = "$site";

/// The key under which the compiler tells `lookup` where the components stand, if it looks among them.
pub(super) const COMPONENTS: &str = "$components";

/// Helpers with a block, by name; they are the engine's own.
pub(super) const BLOCKS: [&str; 4] = ["each", "if", "unless", "with"];

/// Helpers that look at a path which may lead nowhere: their first parameter is handed over as it is.
pub(super) const FORGIVING: [&str; 1] = ["default"];

/// Adds all helpers; what is wrong goes to `notes`.
pub(super) fn register(engine: &mut Handlebars<'_>, notes: &Notes) {
    for name in ["log", "lookup", "raw", "len", "gte", "lte"] {
        engine.unregister_helper(name);
    }
    let notes = || notes.clone();
    engine.register_helper(KNOWN, Box::new(Known(notes())));
    engine.register_helper(PRINT, Box::new(Print(notes())));
    engine.register_helper("default", Box::new(Default(notes())));
    for function in &FUNCTIONS {
        engine.register_helper(function.name, Box::new(Call { function, notes: notes() }));
    }
}

/// Names of all helpers that an author may write, sorted.
pub(super) fn names() -> Vec<&'static str> {
    let functions = FUNCTIONS.iter().map(|function| function.name);
    let mut names: Vec<_> = functions.chain(BLOCKS).chain(FORGIVING).collect();
    names.sort_unstable();
    names
}

fn site(helper: &Helper<'_>) -> usize {
    let site = helper.hash_get(SITE).and_then(|site| site.value().as_u64());
    site.and_then(|site| usize::try_from(site).ok()).unwrap_or_default()
}

/// A path as its author wrote it.
fn written(helper: &Helper<'_>) -> String {
    let path = helper.param(0).and_then(|param| param.relative_path());
    path.cloned().unwrap_or_default()
}

struct Known(Notes);

impl HelperDef for Known {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let path = written(helper);
        match helper.param(0) {
            Some(value) if !value.is_value_missing() => match rc.context() {
                // A partial may have a context of its own, which lives too short to be lent.
                Some(_) => Ok(value.value().clone().into()),
                None => rc.evaluate(context, &path),
            },
            _ => {
                self.0.missing(site(helper), &path, context, rc);
                Ok(Json::Null.into())
            }
        }
    }
}

struct Print(Notes);

impl HelperDef for Print {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let value = helper.param(0).map_or(&Json::Null, |param| param.value());
        let path = helper.param(1).and_then(|param| param.value().as_str()).unwrap_or_default();
        let help = match value {
            Json::Null => {
                format!("ask {{{{#if {path}}}}} first, or write {{{{default {path} ...}}}}")
            }
            Json::Array(_) => format!("write {{{{join {path} \", \"}}}}, or {{{{#each {path}}}}}"),
            Json::Object(_) => format!("write {{{{json {path}}}}}, or {{{{#each {path}}}}}"),
            _ => return Ok(Json::String(value.render()).into()),
        };
        let wrong = match reference(value) {
            Some(written) => Wrong::reference(path, written),
            None => Wrong::Plain {
                message: format!("`{path}` is {}, which is no text", kind(value)),
                help: Some(help),
            },
        };
        self.0.add(site(helper), wrong);
        Ok(Json::String(String::new()).into())
    }
}

struct Default(Notes);

impl HelperDef for Default {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let path = written(helper);
        let value = helper.param(0).filter(|value| !value.is_value_missing());
        // Only what the document itself may leave out can be absent; of anything else the name is wrong.
        let name = path.strip_prefix("@root.").unwrap_or(&path);
        if value.is_none() && name.contains(['.', '/']) {
            self.0.missing(site(helper), &path, context, rc);
        }
        let value = value.map(PathAndJson::value).filter(|value| !value.is_null());
        let other = helper.param(1).map_or(&Json::Null, |other| other.value());
        Ok(value.unwrap_or(other).clone().into())
    }
}

struct Call {
    function: &'static super::functions::Function,
    notes: Notes,
}

impl HelperDef for Call {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let params: Vec<&Json> = helper.params().iter().map(PathAndJson::value).collect();
        match (self.function.call)(&params) {
            Ok(value) => Ok(value.into()),
            Err(message) => {
                let components = helper.hash_get(COMPONENTS).and_then(|path| path.value().as_str());
                if let (Some(path), Some(name)) =
                    (components, params.get(1).and_then(|name| name.as_str()))
                {
                    self.notes.absent(site(helper), path, name, context, rc);
                    return Ok(Json::Null.into());
                }
                let message = format!("{}: {message}", self.function.name);
                let help = if message.ends_with(UNKNOWN) {
                    "a document sees inputs, never outputs".to_owned()
                } else {
                    format!("it is written {}", self.function.usage)
                };
                self.notes.plain(site(helper), message, Some(help));
                Ok(Json::Null.into())
            }
        }
    }
}
