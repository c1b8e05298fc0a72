//! Ephemeral resources: each step in order, and everything closed that was opened.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use expect_test::{Expect, expect};

use super::world::World;
use crate::testing::{Config, EphemeralHarness, config, laws, unknown};
use crate::{Attr, Cx, Draft, EphemeralResource, Error, Failure, Keeping, Opened, Schema, Secret};

/// A lease.
#[derive(Debug, Schema)]
#[tf(name = "lease")]
struct Lease {
    /// Who asks.
    #[tf(check = len(1..=9))]
    role: String,
    /// How long it lasts.
    #[tf(default = 60)]
    seconds: Attr<i64>,
    /// The password.
    #[tf(computed)]
    password: Attr<Secret>,
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

impl EphemeralResource for Lease {
    type Backend = World;
    type Handle = String;

    async fn open(world: &Cx<World>, config: Self) -> Result<Opened<Self>, Failure<String>> {
        world.saw(format!("open {config:?}"));
        let handle = format!("lease of {}", config.role);
        match config.role.as_str() {
            "nobody" => return Err(Error::user("No such role", "There is none.").into()),
            "late" => Err(Error::remote("No answer", "It is there, and silent."))
                .keeping(handle.clone())?,
            _ => {}
        }
        let password = match config.role.as_str() {
            "careless" => Attr::Unknown,
            _ => Attr::Known(Secret::from("hunter2")),
        };
        let role = if config.role == "changed" { "other".to_owned() } else { config.role };
        Ok(Opened::new(Lease { role, password, ..config }, handle).renew_at(at(30)))
    }

    async fn renew(world: &Cx<World>, handle: &String) -> crate::Result<Option<SystemTime>> {
        world.saw(format!("renew {handle}"));
        match world.number() {
            1 => Ok(Some(at(60))),
            2 => Err(Error::remote("No answer", "It is lost.")),
            _ => Ok(None),
        }
    }

    async fn close(world: &Cx<World>, handle: String) -> crate::Result<()> {
        world.saw(format!("close {handle}"));
        if handle == "lease of sticky" {
            return Err(Error::remote("No answer", "It cannot be closed."));
        }
        Ok(())
    }

    fn validate(config: &mut Draft<'_, Self>) {
        if config.get(Self::ROLE) == Attr::Known("root".to_owned()) {
            config.deny(Self::ROLE, "Too much", "Ask for less.");
        }
    }
}

fn harness() -> (EphemeralHarness, World) {
    let world = World::default();
    (EphemeralHarness::new::<Lease, _>(world.clone()), world)
}

/// Opens with this configuration, and closes what is open then.
async fn check(config: Config, expected: &Expect) {
    let (lease, world) = harness();
    let mut out = match lease.open(config).await {
        Ok(None) => "not opened\n".to_owned(),
        Ok(Some(live)) => match live.close().await {
            Ok(_) => "opened and closed\n".to_owned(),
            Err(problem) => format!("{problem}\n"),
        },
        Err(problem) => format!("{problem}\n"),
    };
    for call in world.take_calls() {
        out.push_str(&call);
        out.push('\n');
    }
    expected.assert_eq(&out);
}

#[tokio::test]
async fn what_was_opened_is_renewed_and_closed() {
    let (lease, world) = harness();
    let mut live = lease.open(config!({ "role": "ann" })).await.unwrap().unwrap();
    assert_eq!(live.value().member("password"), &"hunter2".into());
    assert_eq!(live.value().member("seconds"), &60.into());
    assert_eq!(live.renew_at(), Some(at(30)));
    live.renew().await.unwrap();
    assert_eq!(live.renew_at(), Some(at(60)));
    let lost = live.renew().await.unwrap_err();
    assert_eq!(lost.to_string(), "Renew: the provider refused\n  No answer: It is lost.");
    assert_eq!(
        live.renew().await.unwrap_err().to_string(),
        "Renew: Terraform would not renew it\n  nobody asked for a renewal"
    );
    assert!(!format!("{live:?}").contains("hunter2"));
    live.close().await.unwrap();
    expect![[r#"
        open Lease { role: "ann", seconds: Known(60), password: Unknown }
        renew lease of ann
        renew lease of ann
        close lease of ann"#]]
    .assert_eq(&world.take_calls().join("\n"));
}

#[tokio::test]
async fn nothing_is_opened_of_which_the_configuration_is_unknown_or_wrong() {
    check(config!({ "role": unknown() }), &expect!["not opened\n"]).await;
    check(
        config!({ "role": "" }),
        &expect![[r"
            Validate: the provider refused
              role: Invalid value: `role` must have 1 to 9 characters, found 0.
        "]],
    )
    .await;
    check(
        config!({ "role": "root" }),
        &expect![[r"
            Validate: the provider refused
              role: Too much: Ask for less.
        "]],
    )
    .await;
}

#[tokio::test]
async fn what_failed_to_open_is_closed_if_it_is_there() {
    check(
        config!({ "role": "nobody" }),
        &expect![[r#"
            Open: the provider refused
              No such role: There is none.
            open Lease { role: "nobody", seconds: Known(60), password: Unknown }
        "#]],
    )
    .await;
    check(
        config!({ "role": "late" }),
        &expect![[r#"
            Open: the provider refused
              No answer: It is there, and silent.
            open Lease { role: "late", seconds: Known(60), password: Unknown }
            close lease of late
        "#]],
    )
    .await;
    check(
        config!({ "role": "sticky" }),
        &expect![[r#"
            Close: the provider refused
              No answer: It cannot be closed.
            open Lease { role: "sticky", seconds: Known(60), password: Unknown }
            close lease of sticky
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_terraform_would_refuse_is_closed_as_well() {
    check(
        config!({ "role": "changed" }),
        &expect![[r#"
            Open: the provider refused
              role: Provider bug: The result of `open` breaks a rule of Terraform, which takes it for a plan: a configured attribute must be planned with the configured or the prior value. This is a bug in the provider, please report it.
            open Lease { role: "changed", seconds: Known(60), password: Unknown }
            close lease of changed
        "#]],
    )
    .await;
    check(
        config!({ "role": "careless" }),
        &expect![[r#"
            Open: the provider refused
              password: Provider bug: The result of `open` must be known. This is a bug in the provider, please report it.
            open Lease { role: "careless", seconds: Known(60), password: Unknown }
            close lease of careless
        "#]],
    )
    .await;
}

#[tokio::test]
async fn an_unknown_configuration_waits_where_that_is_allowed() {
    let kind = crate::erased::EphemeralHandler::<Lease, World>::new();
    let call = |may_defer| {
        let token = tokio_util::sync::CancellationToken::new();
        crate::Call::new(None, token, crate::Private::default()).deferring(may_defer)
    };
    let config = crate::Value::object([("role", crate::Value::UNKNOWN)]);
    let waits = crate::engine::open_ephemeral(&kind, &call(true), config.clone()).await;
    let reason = Some(crate::Deferral::Configuration);
    assert_eq!((waits.deferred, waits.diags.is_empty()), (reason, true));
    assert!(waits.result.member("password").is_unknown());
    let refused = crate::engine::open_ephemeral(&kind, &call(false), config).await;
    let said: Vec<String> = refused.diags.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "Configuration not known yet: It depends on something that is still to be applied. Apply that first, for instance with `-target`."
        ]
    );
}

#[tokio::test]
async fn a_provider_without_configuration_is_waited_for_where_that_is_allowed() {
    let kind = crate::erased::EphemeralHandler::<Lease, World>::new();
    let config = || crate::Value::object([("role", "reader".into())]);
    let call = |may_defer| {
        let token = tokio_util::sync::CancellationToken::new();
        let call = crate::Call::new(None, token, crate::Private::default());
        call.deferring(may_defer).on_unknown_provider(true)
    };
    let waits = crate::engine::open_ephemeral(&kind, &call(true), config()).await;
    let reason = Some(crate::Deferral::ProviderConfiguration);
    assert_eq!((waits.deferred, waits.diags.is_empty()), (reason, true));
    assert!(waits.result.member("password").is_unknown());
    let refused = crate::engine::open_ephemeral(&kind, &call(false), config()).await;
    let said: Vec<&str> = refused.diags.iter().map(|said| &*said.summary).collect();
    assert_eq!((refused.deferred, said), (None, vec!["Provider not configured"]));
}

#[tokio::test]
async fn other_private_data_is_a_bug_and_is_not_shown() {
    use crate::erased::Openable as _;
    let kind = crate::erased::EphemeralHandler::<Lease, World>::new();
    let private = crate::Private::from_bytes(br#"{"handle": ["hunter2"]}"#);
    let call = crate::Call::new(None, tokio_util::sync::CancellationToken::new(), private);
    assert_eq!(
        kind.close(call).await.unwrap_err().to_string(),
        "Provider bug: `lease` got back other private data than it left when it was opened. This is a bug in the provider, please report it."
    );
}

#[test]
fn laws() {
    laws::object::<Lease>().unwrap();
    laws::secrets::<Lease>().unwrap();
}
