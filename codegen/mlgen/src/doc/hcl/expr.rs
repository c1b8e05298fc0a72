//! Expressions.

use serde_json::Number;

/// A value, or how to compute one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal number.
    Number(Number),
    /// A literal text: what looks like an interpolation is none.
    String(String),
    /// A text with expressions in it. With one expression and nothing else it is that expression.
    Template(Vec<Part>),
    /// A template over several lines, `<<-EOT`. Where a heredoc cannot hold it (the last line has no end, or
    /// it stands inside of a line) it is printed as a quoted template.
    Heredoc(Vec<Part>),
    /// `module.network.vpc_id`.
    Traversal(Traversal),
    /// `f(x).id`: steps from something that is no name.
    Access(Box<Access>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ a = b }`.
    Object(Vec<(Key, Expr)>),
    /// `name(args)`.
    Call {
        /// Name of the function; a provider's has `::` in it.
        name: String,
        /// Arguments in order.
        args: Vec<Expr>,
        /// Whether the last argument is followed by `...`.
        expand: bool,
    },
    /// `!a`, `-a`.
    Unary(Box<Unary>),
    /// `a + b`. Parentheses that operands need are printed.
    Binary(Box<Binary>),
    /// `a ? b : c`.
    Conditional(Box<Conditional>),
    /// `[for v in a : b]`.
    ForList(Box<ForList>),
    /// `{ for k, v in a : b => c }`.
    ForObject(Box<ForObject>),
    /// `(a)`.
    Paren(Box<Expr>),
    /// Text of an expression that `terraform fmt` has formatted, from a file of somebody else; only its
    /// indentation is adapted.
    Raw(String),
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// `${expr}`.
    Expr(Expr),
}

/// A name and the steps from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traversal {
    /// An identifier.
    pub root: String,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// Steps from a computed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The value; printed in parentheses where it needs them.
    pub of: Expr,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// A step to a part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`, or `["name"]` if it is no identifier.
    Attr(String),
    /// `[index]`.
    Index(Box<Expr>),
    /// `[*]`.
    Splat,
}

/// What stands on the left of an entry of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A literal name; in quotes if it is no identifier.
    Name(String),
    /// `(expr)`.
    Expr(Expr),
}

/// An operator and its operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unary {
    /// The operator.
    pub op: UnaryOp,
    /// The operand.
    pub of: Expr,
}

/// An operator between two operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// The left operand.
    pub left: Expr,
    /// The operator.
    pub op: BinaryOp,
    /// The right operand.
    pub right: Expr,
}

/// `condition ? yes : no`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditional {
    /// What decides.
    pub condition: Expr,
    /// The value if it is true.
    pub yes: Expr,
    /// The value if it is false.
    pub no: Expr,
}

/// `[for key, value in collection : item if condition]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForList {
    /// The first variable, if there are two.
    pub key: Option<String>,
    /// The variable of each element.
    pub value: String,
    /// What is walked.
    pub collection: Expr,
    /// What each element becomes.
    pub item: Expr,
    /// Which elements count; all without it.
    pub condition: Option<Expr>,
}

/// `{ for key, value in collection : name => item... if condition }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForObject {
    /// The first variable, if there are two.
    pub key: Option<String>,
    /// The variable of each element.
    pub value: String,
    /// What is walked.
    pub collection: Expr,
    /// The key that each element gets.
    pub name: Expr,
    /// What each element becomes.
    pub item: Expr,
    /// Whether items of equal keys are put into lists, `...`.
    pub group: bool,
    /// Which elements count; all without it.
    pub condition: Option<Expr>,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `!`
    Not,
}

/// An operator between its operands, from the loosest to the tightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Eq,
    /// `!=`
    NotEq,
    /// `<`
    Less,
    /// `<=`
    LessEq,
    /// `>`
    Greater,
    /// `>=`
    GreaterEq,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
}
