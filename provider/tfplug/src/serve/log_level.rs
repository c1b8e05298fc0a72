//! Which log lines are wanted, by the variables that hosts and users set.

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::environment::Environment;
use super::options::Options;

/// Crates below us whose inner life is of interest at TRACE only.
const INTERNALS: [&str; 9] =
    ["h2", "hyper", "hyper_util", "mio", "rustls", "tokio_rustls", "tokio_util", "tonic", "tower"];

/// The level that was asked for, if any: for this provider, for providers, or
/// for all.
pub(crate) fn level(environment: &Environment, options: &Options) -> Option<LevelFilter> {
    let own = format!("TF_LOG_PROVIDER_{}", options.name().to_uppercase().replace('-', "_"));
    let asked = [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .iter()
        .find_map(|name| environment.variable(name))?;
    Some(parse(asked))
}

/// Hosts take a word that they do not know for TRACE, so that a typing error
/// shows more instead of nothing.
fn parse(word: &str) -> LevelFilter {
    match word.to_uppercase().as_str() {
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "ERROR" => LevelFilter::ERROR,
        "OFF" => LevelFilter::OFF,
        _ => LevelFilter::TRACE,
    }
}

/// The filter for a level.
pub(crate) fn targets(level: LevelFilter) -> Targets {
    let targets = Targets::new().with_default(level);
    if level == LevelFilter::TRACE {
        return targets;
    }
    targets.with_targets(INTERNALS.map(|internal| (internal, LevelFilter::OFF)))
}

#[cfg(test)]
mod tests {
    use tracing::Level;
    use tracing_subscriber::filter::LevelFilter;

    use super::{level, targets};
    use crate::serve::environment::Environment;
    use crate::serve::options::Options;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<LevelFilter>) {
        let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::new([], variables, "/tmp".into());
        let options = Options::new("registry.example.com/acme/my-things", "1.2.3");
        assert_eq!(level(&environment, &options), expected);
    }

    #[test]
    fn words() {
        for (word, expected) in [
            ("TRACE", LevelFilter::TRACE),
            ("debug", LevelFilter::DEBUG),
            ("Info", LevelFilter::INFO),
            ("WARN", LevelFilter::WARN),
            ("ERROR", LevelFilter::ERROR),
            ("off", LevelFilter::OFF),
            ("JSON", LevelFilter::TRACE),
            ("1", LevelFilter::TRACE),
        ] {
            check(&[("TF_LOG", word)], Some(expected));
        }
        check(&[], None);
        check(&[("TF_LOG", "")], None);
    }

    #[test]
    fn the_nearest_variable_wins() {
        let all = ("TF_LOG", "ERROR");
        let providers = ("TF_LOG_PROVIDER", "WARN");
        let own = ("TF_LOG_PROVIDER_MY_THINGS", "INFO");
        let other = ("TF_LOG_PROVIDER_THINGS", "DEBUG");
        check(&[all, providers, own, other], Some(LevelFilter::INFO));
        check(&[all, providers, other], Some(LevelFilter::WARN));
        check(&[all, other], Some(LevelFilter::ERROR));
        check(&[other, ("TF_LOG_CORE", "TRACE")], None);
    }

    #[test]
    fn internals_show_at_trace_only() {
        let debug = targets(LevelFilter::DEBUG);
        assert!(debug.would_enable("mlassets::pool", &Level::DEBUG));
        assert!(!debug.would_enable("h2::codec", &Level::ERROR));
        let trace = targets(LevelFilter::TRACE);
        assert!(trace.would_enable("h2::codec", &Level::TRACE));
    }
}
