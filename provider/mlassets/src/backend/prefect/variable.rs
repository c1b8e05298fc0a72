//! Variables: named JSON values that flow runs read. A variable is known by its name; a rename is not offered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::create::Created;
use super::error::Error;
use super::http::{Points, Request};
use super::json::json_eq;
use super::page::Identified;
use super::work_pool::none_if_missing;
use super::{Prefect, check_name, name, path};

const CREATE: Points = Points {
    before_send: "variable.create.before_send",
    after_response: "variable.create.after_response",
};
const UPDATE: Points = Points {
    before_send: "variable.update.before_send",
    after_response: "variable.update.after_response",
};
const DELETE: Points = Points {
    before_send: "variable.delete.before_send",
    after_response: "variable.delete.after_response",
};

/// The most bytes of a value, written as JSON without spaces.
pub const LONGEST_VALUE: usize = 5000;

/// A variable as the server has it.
#[derive(Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Variable {
    /// UUID.
    pub id: String,
    /// Unique in the workspace.
    pub name: String,
    /// Any JSON. `Debug` leaves it out.
    #[serde(default)]
    pub value: Value,
    /// In the order in which they were given.
    #[serde(default)]
    pub tags: Vec<String>,
    /// RFC 3339.
    pub created: Option<String>,
    /// Whether a creation lost its answer and this was found then: it may be somebody else's of the same moment.
    #[serde(skip)]
    pub found: bool,
    /// RFC 3339.
    pub updated: Option<String>,
}

/// A variable to be created.
#[derive(Clone, Serialize)]
pub struct NewVariable {
    /// See [`name::check_variable`].
    pub name: String,
    /// See [`check_value`].
    pub value: Value,
    /// Any texts.
    pub tags: Vec<String>,
}

/// What becomes of a variable.
#[derive(Clone, Default, Serialize)]
pub struct VariablePatch {
    /// A new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// New tags instead of all that there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl Prefect {
    /// Creates a variable.
    ///
    /// # Errors
    /// As [`Prefect::create_work_pool`].
    pub async fn create_variable(&self, new: &NewVariable) -> Result<Variable, Error> {
        let create = Request::create(path::VARIABLES, new, CREATE);
        check_name("name", name::check_variable(&new.name))?;
        let find = Request::get(path::variable(&new.name));
        self.0.create(&create, &find, |variable: &Variable| new.describes(variable)).await
    }

    /// The variable called `name`, or nothing.
    pub async fn find_variable(&self, name: &str) -> Result<Option<Variable>, Error> {
        let request = Request::get(path::variable(name));
        check_name("name", name::check_addressable(name))?;
        none_if_missing(self.0.read(&request).await)
    }

    /// The variable with this ID, a UUID, or nothing.
    pub async fn find_variable_by_id(&self, id: &str) -> Result<Option<Variable>, Error> {
        let request = Request::get(path::variable_by_id(id));
        check_name("id", name::check_addressable(id))?;
        none_if_missing(self.0.read(&request).await)
    }

    /// The variables whose name begins so, by name.
    pub async fn variables_beginning(&self, prefix: &str) -> Result<Vec<Variable>, Error> {
        let like = json!({ "name": { "like_": prefix } });
        let filter = Map::from_iter([
            ("variables".to_owned(), like),
            ("sort".to_owned(), json!("NAME_ASC")),
        ]);
        let mut found: Vec<Variable> = self.0.list(path::VARIABLES_FILTER, &filter).await?;
        // The server looks for the text anywhere, in upper and lower case.
        found.retain(|variable| variable.name.starts_with(prefix));
        Ok(found)
    }

    /// Changes the variable called `name`.
    pub async fn update_variable(&self, name: &str, patch: &VariablePatch) -> Result<(), Error> {
        let request = Request::patch(path::variable(name), patch, UPDATE);
        check_name("name", name::check_addressable(name))?;
        self.0.send(&request).await.result.map(|_| ())
    }

    /// Deletes the variable called `name`; says whether it existed.
    pub async fn delete_variable(&self, name: &str) -> Result<bool, Error> {
        let request = Request::delete(path::variable(name), DELETE);
        check_name("name", name::check_addressable(name))?;
        self.delete(&request).await
    }
}

/// Whether a variable can hold `value`, in words that never repeat it.
pub fn check_value(value: &Value) -> Result<(), String> {
    let length = value.to_string().len();
    if length <= LONGEST_VALUE {
        return Ok(());
    }
    Err(format!(
        "the value takes {length} bytes as JSON; a variable of Prefect holds {LONGEST_VALUE}"
    ))
}

impl NewVariable {
    /// Whether `variable` has every value that was asked for, so that it may be this one, created.
    fn describes(&self, variable: &Variable) -> bool {
        self.name == variable.name
            && json_eq(&self.value, &variable.value)
            && self.tags == variable.tags
    }
}

impl Created for Variable {
    fn created(&self) -> Option<&str> {
        self.created.as_deref()
    }

    fn mark_found(&mut self) {
        self.found = true;
    }
}

impl Identified for Variable {
    fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("tags", &self.tags)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NewVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewVariable").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for VariablePatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VariablePatch").field("tags", &self.tags).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_told_without_repeating_it() {
        assert_eq!(check_value(&json!("x".repeat(LONGEST_VALUE - 2))), Ok(()));
        let problem = check_value(&json!("x".repeat(LONGEST_VALUE - 1))).unwrap_err();
        assert_eq!(problem, "the value takes 5001 bytes as JSON; a variable of Prefect holds 5000");
    }

    #[test]
    fn debug_shows_no_value() {
        let secret = json!("hunter2");
        let new = NewVariable { name: "n".to_owned(), value: secret.clone(), tags: Vec::new() };
        let patch = VariablePatch { value: Some(secret.clone()), tags: None };
        let variable: Variable =
            serde_json::from_value(json!({ "id": "1", "name": "n", "value": secret })).unwrap();
        let shown = format!("{new:?} {patch:?} {variable:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
