//! Events of the YAML parser to nodes: places in bytes, keys that are strings and stand once, aliases as copies.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{ScalarStyle, Tag};

use crate::diag::{Diagnostic, Diags};
use crate::node::{Entry, Map, Node, Value};
use crate::source::{FileId, Span};
use crate::yaml::scalar;

/// Values that all aliases of a file may add up to; a small file must not become a huge tree.
const ALIASED: usize = 10_000;

/// The tree so far. Nodes that are not complete wait on a stack.
pub(super) struct Builder<'a> {
    text: &'a str,
    file: FileId,
    json: bool,
    /// The byte of each character, when they differ.
    bytes: Option<Vec<usize>>,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    /// The document's value, when it is complete.
    pub(super) root: Option<Node>,
    /// What was found so far.
    pub(super) diags: Diags,
}

struct Frame {
    open: Open,
    start: usize,
    anchor: usize,
}

enum Open {
    List(Vec<Node>),
    Map { entries: Map, key: Option<Key> },
}

/// A key that waits for its value. Without a name it was refused, and so is its value.
struct Key {
    name: Option<String>,
    span: Span,
}

impl<'a> Builder<'a> {
    /// `json` lets numbers have an exponent.
    pub(super) fn new(text: &'a str, file: FileId, json: bool) -> Self {
        Self {
            text,
            file,
            json,
            bytes: (!text.is_ascii()).then(|| text.char_indices().map(|(byte, _)| byte).collect()),
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            aliased: 0,
            root: None,
            diags: Diags::default(),
        }
    }

    /// The byte at which a character begins.
    pub(super) fn byte(&self, character: usize) -> usize {
        let byte = self.bytes.as_ref().map_or(Some(&character), |bytes| bytes.get(character));
        byte.map_or(self.text.len(), |byte| (*byte).min(self.text.len()))
    }

    /// How many maps and lists are open.
    pub(super) fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Where the innermost open map or list begins.
    pub(super) fn here(&self) -> Span {
        let start = self.stack.last().map_or(0, |frame| frame.start);
        self.file.span(start..start)
    }

    pub(super) fn refuse_tag(&mut self, range: &Range<usize>, tag: Option<&Tag>) {
        let Some(tag) = tag else { return };
        let written = &self.text[range.clone()];
        let start = range.start + written.find('!').unwrap_or(0);
        let length = self.text[start..].find(char::is_whitespace);
        let end = length.map_or(self.text.len(), |length| start + length);
        let help = match tag.suffix.as_str() {
            "append" | "remove" => format!("write `{{ ${}: [...] }}`", tag.suffix),
            "unset" => "write `{ $unset: true }`".to_owned(),
            "literal" | "replace" => format!("write `{{ ${}: ... }}`", tag.suffix),
            "str" => "put the text into quotes".to_owned(),
            _ => "leave it out; operators are maps such as `{ $append: [...] }`".to_owned(),
        };
        let message = format!("the tag `{}` has no meaning here", &self.text[start..end]);
        self.diags.push(Diagnostic::error(self.file.span(start..end), message).help(help));
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        range: Range<usize>,
    ) {
        let value = match style {
            ScalarStyle::Plain => scalar::plain(text, self.json),
            _ => Value::String(text.to_owned()),
        };
        let start = self.skip_properties(&range);
        let end = start + self.text[start..range.end.max(start)].trim_end().len();
        let node = Node { value, span: self.file.span(start..end) };
        if text.contains('\0') {
            let error = Diagnostic::error(node.span, "a text cannot hold the character U+0000");
            self.diags.push(error.help("take it away: nothing that is rendered could hold it"));
        }
        let merges = style == ScalarStyle::Plain && text == "<<";
        if merges && self.expects_key() {
            self.diags.push(
                Diagnostic::error(node.span, "merge keys (`<<`) are not read")
                    .help("write the keys out, or alias the whole value: `key: *name`"),
            );
            self.key(Key { name: None, span: node.span });
        } else {
            self.complete(node, anchor);
        }
    }

    pub(super) fn open_list(&mut self, anchor: usize, range: Range<usize>) {
        let start = self.skip_properties(&range);
        self.stack.push(Frame { open: Open::List(Vec::new()), start, anchor });
    }

    pub(super) fn open_map(&mut self, anchor: usize, range: Range<usize>) {
        let start = self.skip_properties(&range);
        let open = Open::Map { entries: Map::new(), key: None };
        self.stack.push(Frame { open, start, anchor });
    }

    /// Ends the innermost map or list. In block style its end is the end of what it holds.
    pub(super) fn close(&mut self, range: Range<usize>) {
        let Some(frame) = self.stack.pop() else { return };
        let (value, last) = match frame.open {
            Open::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (Value::List(items), last)
            }
            Open::Map { entries, .. } => {
                let last = entries.values().map(|entry| entry.node.span.end.max(entry.key.end));
                let last = last.max();
                (Value::Map(entries), last)
            }
        };
        let mut span = self.file.span(frame.start..frame.start);
        span.end = if range.is_empty() {
            last.unwrap_or(span.start).max(span.start)
        } else {
            self.file.span(range.start..range.start + 1).end
        };
        self.complete(Node { value, span }, frame.anchor);
    }

    pub(super) fn alias(&mut self, anchor: usize, range: Range<usize>) {
        let span = self.file.span(range);
        let Some(original) = self.anchors.get(&anchor) else {
            self.diags.push(Diagnostic::error(span, "this alias stands inside its own anchor"));
            return self.complete(Node { value: Value::Null, span }, 0);
        };
        self.aliased += size(original);
        let value = if self.aliased <= ALIASED {
            original.value.clone()
        } else {
            let message = format!("the aliases of this file add up to more than {ALIASED} values");
            self.diags.push(Diagnostic::error(span, message));
            Value::Null
        };
        self.complete(Node { value, span }, 0);
    }

    /// Where the value begins after its anchor and tag.
    fn skip_properties(&self, range: &Range<usize>) -> usize {
        let mut start = range.start;
        while self.text[start..range.end].starts_with(['&', '!']) {
            let rest = &self.text[start..range.end];
            let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
            start += rest.len() - rest[word..].trim_start().len();
        }
        start
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { open: Open::Map { key: None, .. }, .. }))
    }

    /// Puts a complete node where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        if self.expects_key() {
            let span = node.span;
            let name = match node.value {
                Value::String(name) => Some(name),
                other => {
                    self.diags.push(self.wrong_key(span, &other));
                    None
                }
            };
            return self.key(Key { name, span });
        }
        match self.stack.last_mut().map(|frame| &mut frame.open) {
            None => self.root = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { entries, key }) => {
                let Some(Key { name: Some(name), span }) = key.take() else { return };
                if let Some(first) = entries.get(&name) {
                    self.diags.push(
                        Diagnostic::error(span, format!("`{name}` stands twice in one map"))
                            .label("again")
                            .note_at(first.key, "it stands here already")
                            .help("keep one of the two"),
                    );
                } else {
                    entries.insert(name, Entry { key: span, node });
                }
            }
        }
    }

    fn key(&mut self, new: Key) {
        if let Some(Frame { open: Open::Map { key, .. }, .. }) = self.stack.last_mut() {
            *key = Some(new);
        }
    }

    fn wrong_key(&self, span: Span, value: &Value) -> Diagnostic {
        let written = &self.text[span.start as usize..span.end as usize];
        let message = format!("a key must be a string, found {}", value.kind());
        let error = Diagnostic::error(span, message);
        match value {
            Value::Map(_) if written.starts_with('{') => {
                error.help("if this is a text with `{{ }}`, put all of it into quotes")
            }
            Value::Map(_) | Value::List(_) => error.help("write a name before the `:`"),
            Value::Null if written.is_empty() => error.help("write a name before the `:`"),
            _ => error.help(format!("put it into quotes: `\"{written}\"`")),
        }
    }
}

fn size(node: &Node) -> usize {
    let inside: usize = match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(map) => map.values().map(|entry| size(&entry.node)).sum(),
        _ => 0,
    };
    inside + 1
}
