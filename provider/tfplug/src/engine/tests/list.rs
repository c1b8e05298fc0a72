//! Lists: what is found, how much of it, and what goes wrong on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::testing::{Query, config};
use crate::value::Value;
use crate::{
    Applied, Attr, Change, Cx, Diagnostic, Draft, Error, Found, List, Resource, Result, Schema,
};

/// A box in the cellar.
#[derive(Clone, Debug, Schema)]
#[tf(name = "box")]
struct Carton {
    /// Its number.
    #[tf(identity)]
    number: i64,
    /// What is in it; a look into the box.
    content: String,
    /// Given by nobody.
    #[tf(computed)]
    id: Attr<String>,
    /// About how it is managed.
    #[tf(default = false, setting)]
    forced: Attr<bool>,
}

/// Which boxes.
#[derive(Debug, Schema)]
#[tf(at_most_one = [from, trouble])]
struct Boxes {
    /// From this number on.
    #[tf(check = at_least(0))]
    from: Option<i64>,
    /// What goes wrong.
    trouble: Option<String>,
}

/// How many boxes were taken in hand, and how many looked into.
#[derive(Default)]
struct Cellar {
    touched: AtomicUsize,
    opened: AtomicUsize,
}

impl Resource for Carton {
    type Backend = Cellar;

    async fn create(_: &Cx<Cellar>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<Cellar>, _: i64, prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<Cellar>, change: Change<Self>) -> Applied<Self> {
        Ok(change.after)
    }

    async fn delete(_: &Cx<Cellar>, _: Self) -> Result<()> {
        Ok(())
    }
}

impl List for Carton {
    type Filter = Boxes;

    async fn list(cellar: &Cx<Cellar>, filter: Boxes, found: &Found<Self>) -> Result<()> {
        let trouble = filter.trouble.as_deref().unwrap_or_default();
        for number in filter.from.unwrap_or(1).. {
            cellar.touched.fetch_add(1, Ordering::Relaxed);
            let mut content = String::new();
            if found.wants_state() {
                cellar.opened.fetch_add(1, Ordering::Relaxed);
                content = format!("thing {number}");
            }
            match (trouble, number) {
                ("one is stuck", 2) => {
                    let error = Error::remote("Stuck", "It does not open.").at(Self::CONTENT);
                    found.leave_out("box 2", error).await;
                    continue;
                }
                ("the light goes out", 3) => return Err(Error::remote("Dark", "Mind the step.")),
                ("the cellar ends", 3) => {
                    cellar.call().warn(Diagnostic::warning("Damp", "It drips."));
                    return Ok(());
                }
                _ => {}
            }
            let id =
                if trouble == "the label is wet" { Attr::Unknown } else { "b".to_owned().into() };
            let forced = Attr::Known(true);
            found.add(format!("box {number}"), Carton { number, content, id, forced }).await;
        }
        Ok(())
    }

    fn validate_filter(config: &mut Draft<'_, Boxes>) {
        if config.get(Boxes::FROM) == Attr::Known(13) {
            config.deny(Boxes::FROM, "Unlucky", "Take another one.");
        }
    }
}

fn query() -> (Query, Arc<Cellar>) {
    let cellar = Arc::new(Cellar::default());
    (Query::new::<Carton, _>(Arc::clone(&cellar)), cellar)
}

#[tokio::test]
async fn an_endless_list_ends_when_there_is_enough() {
    let (query, cellar) = query();
    let query = query.limit(3);
    let answer = query.run(config!({ "from": 5 })).await.unwrap();
    let names: Vec<&str> = answer.found.iter().map(|listed| listed.name.as_str()).collect();
    assert_eq!(names, ["box 5", "box 6", "box 7"]);
    assert_eq!(answer.found[0].identity, Value::object([("number", 5.into())]));
    assert_eq!(answer.found[0].state, Value::Null, "nobody asked for it");
    assert_eq!(cellar.opened.load(Ordering::Relaxed), 0, "nobody looked");
    let ahead = cellar.touched.load(Ordering::Relaxed) - 3;
    assert!(ahead <= 2, "the work waits for whom it is for, and was {ahead} ahead");

    assert_eq!(query.limit(0).run(config!({})).await.unwrap().found, []);
}

#[tokio::test]
async fn the_state_is_one_that_an_import_would_give() {
    let answer = query().0.include_resource().limit(1).run(config!({})).await.unwrap();
    let state = &answer.found[0].state;
    assert_eq!(state.member("content").as_str(), Some("thing 1"));
    assert_eq!(state.member("forced"), &false.into(), "a setting is for the configuration to say");
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let run = |trouble: &str| {
        let query = query().0.include_resource().limit(4);
        let filter = config!({ "trouble": trouble });
        async move { query.run(filter).await }
    };
    let answer = run("one is stuck").await.unwrap();
    let names: Vec<&str> = answer.found.iter().map(|listed| listed.name.as_str()).collect();
    assert_eq!(names, ["box 1", "box 3", "box 4", "box 5"]);
    assert_eq!(
        answer.warnings[0].to_string(),
        "warning: Stuck: \"box 2\" is left out of the list. It does not open."
    );

    let answer = run("the cellar ends").await.unwrap();
    assert_eq!(answer.found.len(), 2);
    assert_eq!(answer.warnings[0].to_string(), "warning: Damp: It drips.");

    assert_eq!(
        run("the light goes out").await.unwrap_err().to_string(),
        "List: the provider refused\n  Dark: Mind the step."
    );
    assert_eq!(
        run("the label is wet").await.unwrap_err().to_string(),
        "List: the provider refused\n  Provider bug: `list` breaks a rule of Terraform: the state must be wholly \
         known. It is about \"box 1\". This is a bug in the provider, please report it."
    );
}

#[tokio::test]
async fn a_filter_is_validated() {
    for (filter, expected) in [
        (config!({ "from": -1 }), "from: Invalid value: `from` must be at least 0."),
        (config!({ "from": 13 }), "from: Unlucky: Take another one."),
    ] {
        let refused = query().0.run(filter).await.unwrap_err().to_string();
        assert_eq!(refused, format!("Validate: the provider refused\n  {expected}"));
    }
}
