//! Everything the process is told from outside, read once.
//!
//! No other file of the framework looks at arguments or environment variables,
//! so tests say what they want to be told. Only variables of the plugin
//! protocol are kept: the rest of the host's environment may hold secrets.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Variables that the framework reads; a trailing `*` stands for any end.
const KNOWN: [&str; 4] = ["TF_PLUGIN_MAGIC_COOKIE", "TF_DISABLE_PLUGIN_TLS", "TF_LOG*", "PLUGIN_*"];

/// Arguments, plugin variables and the folder for temporary files.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
    temporary: PathBuf,
}

impl Environment {
    /// What this process was really started with.
    pub(crate) fn read() -> Self {
        let text = |value: OsString| value.to_string_lossy().into_owned();
        let variables = env::vars_os().map(|(name, value)| (text(name), text(value)));
        Self::new(env::args_os().skip(1).map(text), variables, env::temp_dir())
    }

    /// `arguments` come without the name of the program.
    pub(crate) fn new(
        arguments: impl IntoIterator<Item = String>,
        variables: impl IntoIterator<Item = (String, String)>,
        temporary: PathBuf,
    ) -> Self {
        let variables = variables.into_iter().filter(|(name, _)| is_known(name)).collect();
        Self { arguments: arguments.into_iter().collect(), variables, temporary }
    }

    pub(crate) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The value of a variable; an empty one counts as absent.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The operating system's folder for temporary files.
    pub(crate) fn temporary(&self) -> &PathBuf {
        &self.temporary
    }
}

/// An environment variable that a provider's configuration names, looked up when it is needed.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    })
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn keeps_what_the_protocol_names_and_nothing_else() {
        let variables = [
            ("TF_PLUGIN_MAGIC_COOKIE", "cookie"),
            ("TF_LOG_PROVIDER_X", "debug"),
            ("PLUGIN_MIN_PORT", ""),
            ("AWS_SECRET_ACCESS_KEY", "hidden"),
            ("TF_VAR_password", "hidden"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::new([], variables, "/tmp".into());
        assert_eq!(environment.variable("TF_PLUGIN_MAGIC_COOKIE"), Some("cookie"));
        assert_eq!(environment.variable("TF_LOG_PROVIDER_X"), Some("debug"));
        assert_eq!(environment.variable("PLUGIN_MIN_PORT"), None);
        assert!(!format!("{environment:?}").contains("hidden"));
    }
}
