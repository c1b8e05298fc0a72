//! What the store in a bucket does when nothing breaks, and of many writers one publishes.

use std::fs;
use std::sync::Arc;

use super::{Kind, Lab, on_each_store};
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::life::sha256;
use crate::backend::artifacts::tests::{key, new, sources};
use crate::backend::artifacts::{Error, Look, VersionFilter, VersionKey};

on_each_store![
    a_life_in_a_bucket,
    what_is_changed_is_named_and_put_back,
    other_bytes_are_refused_and_leftovers_are_completed,
    a_large_file_goes_in_parts,
    who_asks_to_stop_gets_no_version,
    of_many_writers_one_publishes,
];

async fn a_life_in_a_bucket(kind: Kind) {
    let lab = Lab::new(kind).await;
    assert_eq!(lab.find(Look::Bytes).await, None);
    assert!(lab.publish().await.unwrap());
    assert!(!lab.publish().await.unwrap(), "it was there");
    lab.is_intact("published").await;
    let found = lab.find(Look::Bytes).await.unwrap();
    let manifest = found.manifest.unwrap();
    assert_eq!(lab.text("checksums.json").await, manifest.text());
    assert_eq!(lab.text("SHA256SUMS").await, manifest.sums());
    assert_eq!(manifest.total_bytes(), 11);

    let uri = format!("{}/ml/prod/ranker/v1", lab.uri());
    assert_eq!((lab.store.uri(&key()), &found.location), (uri.clone(), &uri));
    for (uri, there) in [
        (uri.clone(), true),
        (format!("{uri}/"), true),
        (format!("{uri}/checksums.json"), false),
        (uri.replace("/ml/", "/other/"), false),
        (uri.replacen("://", "://x", 1), false),
        (format!("x{uri}"), false),
        (uri.replace("/v1", ""), false),
    ] {
        assert_eq!(lab.store.locate(&uri), there.then(key), "{uri}");
    }

    let mut other = new(lab.sources());
    other.key = VersionKey { environment: "stage".to_owned(), ..key() };
    assert!(lab.store.publish(&other, &Meter::default()).await.unwrap());
    let filter = |environment: Option<&str>, model: Option<&str>| VersionFilter {
        environment: environment.map(str::to_owned),
        model: model.map(str::to_owned),
    };
    for (filter, expected) in [
        (filter(None, None), vec![key(), other.key.clone()]),
        (filter(Some("prod"), None), vec![key()]),
        (filter(None, Some("ranker")), vec![key(), other.key.clone()]),
        (filter(Some("prod"), Some("other")), vec![]),
    ] {
        assert_eq!(lab.store.list(&filter).await.unwrap(), expected, "{filter:?}");
    }

    lab.store.remove(&key()).await.unwrap();
    lab.store.remove(&key()).await.unwrap();
    assert_eq!(lab.find(Look::Sizes).await, None);
    let left = lab.store.list(&filter(None, None)).await.unwrap();
    assert_eq!(left, [other.key]);
}

async fn what_is_changed_is_named_and_put_back(kind: Kind) {
    let lab = Lab::new(kind).await;
    lab.publish().await.unwrap();
    let anchor = lab.find(Look::Sizes).await.unwrap().manifest.unwrap().sha256();
    lab.put("ai1.pkl", "First").await;
    lab.delete("theta.yaml").await;
    lab.put("SHA256SUMS", "lies").await;
    assert_eq!(
        lab.problems(Look::Bytes).await,
        [
            "artifact `model_ai1`: the file `ai1.pkl` has the SHA-256 \
             a151ceb1711aad529a7704248f03333990022ebbfa07a7f04c004d70c167919f, expected \
             a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
            "artifact `theta_params`: the file `theta.yaml` is missing",
            "`SHA256SUMS` does not have the sums of `checksums.json`",
        ]
    );
    let sizes = lab.problems(Look::Sizes).await;
    assert_eq!(sizes.len(), 2, "a size does not change with a byte: {sizes:?}");
    let meter = Meter::default();
    let restored = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &meter).await.unwrap();
    assert_eq!(restored.problems, []);
    assert_eq!(lab.text("ai1.pkl").await, "first");

    // The sources have the bytes that the manifest is remembered by.
    lab.put("checksums.json", "{").await;
    lab.delete("theta.yaml").await;
    let restored = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &meter).await.unwrap();
    assert_eq!(restored.problems, []);

    // Who remembers the version does not take what is left of it for leftovers.
    lab.delete("checksums.json").await;
    assert_eq!(lab.find(Look::Bytes).await, None);
    let found = lab.store.find(&key(), Some(&anchor), Look::Sizes, &meter).await.unwrap().unwrap();
    let told = found.problems[0].to_string();
    assert_eq!(told, "`checksums.json` is missing: the version is not complete");
    let restored = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &meter).await.unwrap();
    assert_eq!(restored.problems, []);

    // Nothing but the very bytes is put back.
    lab.put("ai1.pkl", "First").await;
    fs::write(lab.temp.path().join("ai1.pkl"), "FIRST").unwrap();
    let refused = lab.store.restore(&key(), Some(&anchor), &lab.sources(), &meter).await;
    assert!(matches!(refused, Err(Error::OtherSource { .. })), "{refused:?}");
    assert_eq!(lab.text("ai1.pkl").await, "First");

    lab.put("notes.txt", "mine").await;
    let told = lab.plain(&lab.store.remove(&key()).await.unwrap_err());
    let expected = "the folder `STORE/ml/prod/ranker/v1` holds `notes.txt`, which is no part of the version; move it \
                    away, then try again";
    assert_eq!(told, expected);
}

async fn other_bytes_are_refused_and_leftovers_are_completed(kind: Kind) {
    let lab = Lab::new(kind).await;
    // What a dead writer has left is no version, and is completed by the same artifacts.
    lab.put("ai1.pkl", "first").await;
    assert_eq!(lab.find(Look::Bytes).await, None);
    assert!(lab.publish().await.unwrap());
    lab.is_intact("completed").await;
    fs::write(lab.temp.path().join("ai2.pkl"), "SECOND").unwrap();
    let refused = lab.plain(&lab.publish().await.unwrap_err());
    assert!(
        refused.starts_with(
            "the version `prod/ranker/v1` is published already with other artifacts:\n- `model_ai2`"
        ),
        "{refused}"
    );
    lab.is_intact("refused").await;

    let lab = Lab::new(kind).await;
    lab.put("ai1.pkl", "FIRST").await;
    assert_eq!(
        lab.plain(&lab.publish().await.unwrap_err()),
        "`STORE/ml/prod/ranker/v1/ai1.pkl` is there with other bytes than the artifact `model_ai1`, and no \
         `checksums.json`: a publication was interrupted, or is under way; remove what is there if nobody needs it, or publish \
         under a new version"
    );
    assert_eq!(lab.text("ai1.pkl").await, "FIRST");
}

/// In parts, so that memory holds less than the file.
async fn a_large_file_goes_in_parts(kind: Kind) {
    let lab = Lab::new(kind).await;
    let bytes = lab.enlarge(8);
    assert!(lab.publish().await.unwrap());
    let found = lab.find(Look::Bytes).await.unwrap();
    assert_eq!(found.problems, []);
    let large = &found.manifest.unwrap().artifacts["model_ai1"];
    assert_eq!((&large.sha256, large.size), (&sha256(&bytes), bytes.len() as u64));

    // The same again, though the manifest is lost, sends nothing that is there.
    lab.delete("checksums.json").await;
    assert!(lab.publish().await.unwrap());

    // Putting it back ends with a look at each byte.
    lab.put("ai1.pkl", "other").await;
    let meter = Meter::default();
    lab.store.restore(&key(), None, &lab.sources(), &meter).await.unwrap();
    assert_eq!(lab.uploads().await, 0);
}

/// Parts that are on their way make no version, and cost nothing for long.
async fn who_asks_to_stop_gets_no_version(kind: Kind) {
    let lab = Lab::new(kind).await;
    lab.enlarge(16);
    let (meter, sources) = (Meter::default(), new(lab.sources()));
    let stop = async {
        while lab.uploads().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        meter.stop();
    };
    let mut publish = Box::pin(lab.store.publish(&sources, &meter));
    let stopped = tokio::select! {
        done = &mut publish => done,
        () = stop => publish.await,
    };
    // The work may have been faster than the wish.
    if !matches!(stopped, Ok(true)) {
        assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
        assert_eq!(lab.find(Look::Sizes).await, None);
        // Azure forgets them, and nobody can ask it to.
        assert!(kind == Kind::Azure || lab.uploads().await == 0);
        assert!(lab.publish().await.unwrap());
    }
    lab.is_intact("after all").await;
    assert_eq!(lab.uploads().await, 0);
}

async fn of_many_writers_one_publishes(kind: Kind) {
    let lab = Arc::new(Lab::new(kind).await);
    let other = lab.temp.path().join("other");
    fs::create_dir(&other).unwrap();
    for name in ["ai1.pkl", "ai2.pkl", "theta.yaml"] {
        fs::write(other.join(name), "other").unwrap();
    }
    let writers: Vec<_> = (0..8)
        .map(|i| {
            let (lab, other) = (Arc::clone(&lab), other.clone());
            tokio::spawn(async move {
                let sources = if i % 2 == 0 { lab.sources() } else { sources(&other) };
                lab.store.publish(&new(sources), &Meter::default()).await
            })
        })
        .collect();
    let mut published = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(new) => published += usize::from(new),
            Err(Error::Taken { .. } | Error::Leftover { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    // With two contents, either may stand in the way of the other; never is there a mixture of them.
    assert!(published <= 1, "{published}");
    match lab.find(Look::Bytes).await {
        Some(found) => assert_eq!((published, found.problems), (1, vec![])),
        None => assert_eq!(published, 0),
    }

    let lab = Arc::new(Lab::new(kind).await);
    let writers = (0..8).map(|_| {
        let lab = Arc::clone(&lab);
        tokio::spawn(async move { lab.publish().await.unwrap() })
    });
    let mut published = 0;
    for writer in writers.collect::<Vec<_>>() {
        published += usize::from(writer.await.unwrap());
    }
    assert_eq!(published, 1);
    lab.is_intact("after a race").await;
}
