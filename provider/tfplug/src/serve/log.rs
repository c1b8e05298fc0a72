//! Sends `tracing` events to stderr, where the host reads them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};

use jiff::Timestamp;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record as Recorded};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry, Scope};

use super::command_line::Mode;
use super::environment::Environment;
use super::log_level::{level, targets};
use super::log_line::{Format, Record};
use super::options::Options;

/// Starts logging to stderr, if anybody asked for it. A subscriber that is
/// there already stays.
pub(crate) fn start(mode: Mode, environment: &Environment, options: &Options) {
    let asked = level(environment, options);
    let (format, level) = match mode {
        Mode::Debug => (Format::Human, asked.unwrap_or(LevelFilter::INFO)),
        _ => (Format::Hclog, asked.unwrap_or(LevelFilter::OFF)),
    };
    if level == LevelFilter::OFF {
        return;
    }
    let layer = LogLayer::new(format, |line: &str| {
        // One call, so that lines of several threads do not mix. When nobody
        // reads stderr any more there is nobody to tell.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    });
    let subscriber = Registry::default().with(targets(level)).with(layer);
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Turns events into lines, with the fields of the spans around them.
#[derive(Debug)]
pub(crate) struct LogLayer<W> {
    format: Format,
    write: W,
}

impl<W: Fn(&str)> LogLayer<W> {
    /// `write` gets one whole line at a time.
    pub(crate) fn new(format: Format, write: W) -> Self {
        Self { format, write }
    }
}

impl<S, W> Layer<S> for LogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Recorded<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.extend(outer.values.clone());
            }
        }
        let mut own = Fields::default();
        event.record(&mut own);
        fields.extend(own.values);
        let metadata = event.metadata();
        let record = Record {
            time: Timestamp::now(),
            level: *metadata.level(),
            module: metadata.target().replace("::", "."),
            message: own.message,
            fields,
        };
        (self.write)(&record.line(self.format));
    }
}

/// The fields of one span or event, as JSON.
#[derive(Default)]
struct Fields {
    message: String,
    values: BTreeMap<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        // Keys that begin with `@` belong to hclog.
        let key = field.name().trim_start_matches('@').to_owned();
        self.values.insert(key, value.into());
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    /// JSON has no infinity and no NaN; these come as text.
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.put(field, value);
        } else {
            self.put(field, value.to_string());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.put(field, value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        self.put(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::fmt;
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing::{error, info, info_span, subscriber, trace};
    use tracing_subscriber::filter::LevelFilter;
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::registry::Registry;

    use super::LogLayer;
    use crate::serve::log_level::targets;
    use crate::serve::log_line::Format;

    /// What `act` logs at INFO, without the time, which must have its form.
    fn logged(act: impl FnOnce()) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let layer = LogLayer::new(Format::Hclog, move |line: &str| {
            sink.lock().unwrap().push(line.to_owned());
        });
        let filter = targets(LevelFilter::INFO);
        subscriber::with_default(Registry::default().with(filter).with(layer), act);
        let lines = lines.lock().unwrap();
        lines.iter().map(|line| without_time(line)).collect()
    }

    fn without_time(line: &str) -> Value {
        let mut value: Value = serde_json::from_str(line).unwrap();
        let time = value.as_object_mut().unwrap().remove("@timestamp").unwrap();
        let shape = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
        let form: String = time.as_str().unwrap().chars().map(shape).collect();
        assert_eq!(form, "0000-00-00T00:00:00.000000Z");
        value
    }

    #[derive(Debug)]
    struct Outer(io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("outer")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn fields_keep_their_kind() {
        let error = Outer(io::Error::other("deep"));
        let lines = logged(|| {
            info!(
                target: "mlassets::pool",
                text = "a", count = 3, minus = -3_i64, share = 0.5, none = f64::NAN, on = true,
                shown = ?Some(1), error = &error as &(dyn Error + 'static),
                "@level" = "mine",
                "said {}", 1
            );
        });
        let expected = json!({
            "@level": "info", "@message": "said 1", "@module": "mlassets.pool",
            "text": "a", "count": 3, "minus": -3, "share": 0.5, "none": "NaN", "on": true,
            "shown": "Some(1)", "error": "outer: deep", "level": "mine",
        });
        assert_eq!(lines, [expected]);
    }

    #[test]
    fn spans_lend_their_fields_and_the_inner_wins() {
        let lines = logged(|| {
            let outer =
                info_span!("rpc", tf_rpc = "Plan", kind = "outer", late = tracing::field::Empty);
            let _outer = outer.enter();
            outer.record("late", 7);
            info_span!("resource", kind = "inner").in_scope(|| error!(own = 1, "failed"));
            trace!("not wanted");
        });
        assert_eq!(lines.len(), 1);
        let fields =
            ["tf_rpc", "kind", "late", "own", "@level", "@message"].map(|key| &lines[0][key]);
        let expected = [json!("Plan"), json!("inner"), json!(7), json!(1), json!("error")];
        assert_eq!(fields[..5], expected.each_ref()[..]);
    }
}
