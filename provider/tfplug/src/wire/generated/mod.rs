//! The protocol texts in `proto/` as Rust, written by `cargo run -p protogen`.
//!
//! Only this file is made by hand. Clients exist for tests and, with feature
//! `client`, for benchmarks. Messages with values or private data in them show
//! nothing of it in `Debug`.

/// Includes a generated file with our lints off, because its style is that of
/// its generator.
macro_rules! generated {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[allow(
            clippy::all,
            clippy::pedantic,
            dead_code,
            missing_docs,
            rust_2018_idioms,
            unreachable_pub,
            unused_qualifications,
            rustdoc::all,
            clippy::allow_attributes_without_reason,
            clippy::str_to_string,
            reason = "generated: its style and completeness are those of generator and protocol"
        )]
        pub mod $name;
    };
}

generated! {
    /// The provider service, protocol 6.11.
    tfplugin6
}
generated! {
    /// The services that go-plugin expects of every plugin.
    plugin
}
generated! {
    /// The health service of gRPC.
    grpc_health_v1
}

#[cfg(test)]
mod tests {
    use super::tfplugin6::{DynamicValue, ResourceIdentityData, apply_resource_change};

    #[test]
    fn debug_shows_no_values() {
        let value = || Some(DynamicValue { msgpack: "hidden".into(), json: "hidden".into() });
        let identity = ResourceIdentityData { identity_data: value() };
        let request = apply_resource_change::Request {
            config: value(),
            planned_private: "hidden".into(),
            ..Default::default()
        };
        let text = format!("{:?} {identity:?} {request:?}", value());
        assert_eq!(
            text,
            "Some(DynamicValue { .. }) \
             ResourceIdentityData { identity_data: Some(DynamicValue { .. }) } \
             ApplyResourceChange.Request { .. }"
        );
    }
}
