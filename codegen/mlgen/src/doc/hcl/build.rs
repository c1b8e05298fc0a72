//! Short ways to build trees.

use super::expr::{
    Access, Binary, BinaryOp, Conditional, Expr, Key, Part, Step, Traversal, Unary, UnaryOp,
};
use super::structure::{Attribute, Block, Body, Item};

impl Expr {
    /// A literal text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// A name and attributes of it: `module.network.vpc_id`. Other steps are added with [`Expr::index`].
    pub fn path(path: &str) -> Self {
        Self::Traversal(Traversal::from(path))
    }

    /// A text with expressions in it.
    pub fn template(parts: impl IntoIterator<Item = Part>) -> Self {
        Self::Template(parts.into_iter().collect())
    }

    /// A list of what can become an expression.
    pub fn list<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }

    /// An object with literal names.
    pub fn object<K: Into<String>, V: Into<Self>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let entry = |(key, value): (K, V)| (Key::Name(key.into()), value.into());
        Self::Object(entries.into_iter().map(entry).collect())
    }

    /// `name(args)`.
    pub fn call<T: Into<Self>>(name: impl Into<String>, args: impl IntoIterator<Item = T>) -> Self {
        Self::Call {
            name: name.into(),
            args: args.into_iter().map(Into::into).collect(),
            expand: false,
        }
    }

    /// `condition ? yes : no`.
    pub fn conditional(
        condition: impl Into<Self>,
        yes: impl Into<Self>,
        no: impl Into<Self>,
    ) -> Self {
        let (condition, yes, no) = (condition.into(), yes.into(), no.into());
        Self::Conditional(Box::new(Conditional { condition, yes, no }))
    }

    /// `left op right`.
    pub fn binary(left: impl Into<Self>, op: BinaryOp, right: impl Into<Self>) -> Self {
        Self::Binary(Box::new(Binary { left: left.into(), op, right: right.into() }))
    }

    /// `op of`.
    pub fn unary(op: UnaryOp, of: impl Into<Self>) -> Self {
        Self::Unary(Box::new(Unary { op, of: of.into() }))
    }

    /// One step further, `.name`.
    #[must_use]
    pub fn attr(self, name: impl Into<String>) -> Self {
        self.step(Step::Attr(name.into()))
    }

    /// One step further, `[index]`.
    #[must_use]
    pub fn index(self, index: impl Into<Self>) -> Self {
        self.step(Step::Index(Box::new(index.into())))
    }

    /// One step further, `[*]`.
    #[must_use]
    pub fn splat(self) -> Self {
        self.step(Step::Splat)
    }

    fn step(mut self, step: Step) -> Self {
        match &mut self {
            Self::Traversal(traversal) => traversal.steps.push(step),
            Self::Access(access) => access.steps.push(step),
            _ => return Self::Access(Box::new(Access { of: self, steps: vec![step] })),
        }
        self
    }
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Expr {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Expr {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Expr {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<serde_json::Number> for Expr {
    fn from(number: serde_json::Number) -> Self {
        Self::Number(number)
    }
}

impl From<Traversal> for Expr {
    fn from(traversal: Traversal) -> Self {
        Self::Traversal(traversal)
    }
}

impl<T: Into<Expr>> From<Vec<T>> for Expr {
    fn from(items: Vec<T>) -> Self {
        Self::list(items)
    }
}

impl<T: Into<Expr>> From<Option<T>> for Expr {
    /// `null` for `None`.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// JSON as literals.
impl From<serde_json::Value> for Expr {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(items) => Self::list(items),
            serde_json::Value::Object(entries) => Self::object(entries),
        }
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Literal(text)
    }
}

impl From<Expr> for Part {
    fn from(expr: Expr) -> Self {
        Self::Expr(expr)
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Key {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<&str> for Traversal {
    /// A root and attributes with dots between them.
    fn from(path: &str) -> Self {
        let mut names = path.split('.').map(str::to_owned);
        let root = names.next().expect("a split text has a first part");
        Self { root, steps: names.map(Step::Attr).collect() }
    }
}

impl Attribute {
    /// `name = value`.
    pub fn new(name: impl Into<String>, value: impl Into<Expr>) -> Self {
        Self { name: name.into(), value: value.into(), comment: None }
    }

    /// The same with a comment on its line.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }
}

impl Block {
    /// A block with nothing in it yet.
    pub fn new<L: Into<String>>(
        kind: impl Into<String>,
        labels: impl IntoIterator<Item = L>,
    ) -> Self {
        let labels = labels.into_iter().map(Into::into).collect();
        Self { kind: kind.into(), labels, body: Body::default() }
    }

    /// A block without labels and with nothing in it yet.
    pub fn bare(kind: impl Into<String>) -> Self {
        Self::new(kind, [""; 0])
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn attr(mut self, name: impl Into<String>, value: impl Into<Expr>) -> Self {
        self.body.push(Attribute::new(name, value));
        self
    }

    /// The same with one more block.
    #[must_use]
    pub fn block(self, block: Self) -> Self {
        self.item(block)
    }

    /// The same with a comment on lines of its own.
    #[must_use]
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.item(Item::Comment(comment.into()))
    }

    /// The same with a blank line.
    #[must_use]
    pub fn blank(self) -> Self {
        self.item(Item::Blank)
    }

    /// The same with one more item.
    #[must_use]
    pub fn item(mut self, item: impl Into<Item>) -> Self {
        self.body.push(item);
        self
    }
}

impl Body {
    /// Adds an item at the end.
    pub fn push(&mut self, item: impl Into<Item>) {
        self.0.push(item.into());
    }
}

impl From<Attribute> for Item {
    fn from(attribute: Attribute) -> Self {
        Self::Attribute(attribute)
    }
}

impl From<Block> for Item {
    fn from(block: Block) -> Self {
        Self::Block(block)
    }
}

impl<T: Into<Item>> FromIterator<T> for Body {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Item>> Extend<T> for Body {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.0.extend(items.into_iter().map(Into::into));
    }
}
