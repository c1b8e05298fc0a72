//! In debug mode: hosts come and go, the developer ends it.

use serde_json::{Value, json};

use super::host::{Connector, Start, Started, read, serves, shutdown};

async fn start(variables: &[(&str, &str)]) -> (Started, Value) {
    let start = Start::new("-debug");
    let start = variables.iter().fold(start, |start, (name, value)| start.with(name, value));
    let mut provider = start.spawn();
    let line = provider.line("TF_REATTACH_PROVIDERS=").await;
    let value = line.strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
    let value: Value = serde_json::from_str(value).unwrap();
    (provider, value["registry.example.com/acme/things"].clone())
}

fn connector(reattach: &Value) -> Connector {
    Connector::plain(reattach["Addr"]["String"].as_str().unwrap())
}

#[tokio::test]
async fn says_how_to_attach() {
    let (provider, reattach) = start(&[]).await;
    let Value::Object(mut fields) = reattach else { panic!("expected an object") };
    let process = fields.remove("Pid").unwrap();
    let address = fields.remove("Addr").unwrap();
    assert_eq!(address["Network"], "unix");
    assert!(process.as_u64().is_some_and(|process| process > 1));
    let rest = json!({ "Protocol": "grpc", "ProtocolVersion": 6, "Test": true });
    assert_eq!(Value::Object(fields), rest);
    provider.signal("INT").await;
    let (code, output, _) = provider.finish().await;
    assert_eq!(code, Some(0));
    assert!(output.starts_with("$env:TF_REATTACH_PROVIDERS = '{"), "{output}");
}

#[tokio::test]
async fn hosts_come_and_go() {
    let (provider, reattach) = start(&[]).await;
    let first = connector(&reattach).channel().await.unwrap();
    let second = connector(&reattach).channel().await.unwrap();
    assert!(serves(&first).await && serves(&second).await);
    shutdown(&first).await;
    shutdown(&first).await;
    drop(first);
    assert!(serves(&second).await);
    let third = connector(&reattach).channel().await.unwrap();
    assert!(serves(&third).await);
    provider.signal("TERM").await;
    assert_eq!(provider.finish().await.0, Some(0));
}

#[tokio::test]
async fn logs_for_people() {
    let (provider, reattach) = start(&[]).await;
    let channel = connector(&reattach).channel().await.unwrap();
    read(&channel, "other", Vec::new()).await.unwrap_err();
    provider.signal("INT").await;
    let (_, _, errors) = provider.finish().await;
    let lines: Vec<_> = errors.lines().collect();
    assert!(lines[0].contains(" INFO  tfplug.serve: provider ready address="), "{errors}");
    assert!(lines[1].contains(" ERROR tfplug.serve.panic: a handler panicked "), "{errors}");
    assert_eq!(lines.len(), 2, "{errors}");
}
