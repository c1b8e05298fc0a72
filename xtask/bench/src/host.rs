//! The calls of a host that come before and beside the measured ones, each checked for errors.

use anyhow::{Context as _, Result, bail};
use prost::Message as _;
use prost::bytes::Bytes;
use tfplug::value::{Type, Value};
use tfplug::wire::codec::msgpack;
use tfplug::wire::generated::tfplugin6 as proto;
use tfplug::wire::generated::tfplugin6::provider_client::ProviderClient;
use tonic::transport::Channel;

use crate::plugin::Plugin;
use crate::sample::{self, Sample};

/// As large as any schema may be, in bytes.
const MESSAGE_LIMIT: usize = 64 << 20;

/// A configured provider and a connection to it.
#[derive(Debug)]
pub(crate) struct Host {
    client: ProviderClient<Channel>,
    schema: proto::get_provider_schema::Response,
}

/// A call to be made over and over.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) path: &'static str,
    pub(crate) request: Bytes,
    /// What the provider answers, in the same length each time.
    pub(crate) answer: Bytes,
}

impl Host {
    /// Connects and asks for the schema.
    pub(crate) async fn connect(plugin: &Plugin) -> Result<Self> {
        let channel = plugin.connector.channel().await?;
        let mut client = ProviderClient::new(channel).max_decoding_message_size(MESSAGE_LIMIT);
        let answer = client.get_provider_schema(proto::get_provider_schema::Request {}).await?;
        let schema = answer.into_inner();
        accept("GetProviderSchema", &schema.diagnostics)?;
        Ok(Self { client, schema })
    }

    /// Configures the provider with nothing.
    pub(crate) async fn configure(&mut self) -> Result<()> {
        let schema = self.schema.provider.clone().unwrap_or_else(|| proto::Schema {
            version: 0,
            block: Some(proto::schema::Block::default()),
        });
        let (ty, config) = sample::empty(&schema)?;
        let request = proto::configure_provider::Request {
            terraform_version: "1.15.5".to_owned(),
            config: message(&config, &ty)?,
            ..Default::default()
        };
        let answer = self.client.configure_provider(request).await?.into_inner();
        accept("ConfigureProvider", &answer.diagnostics)
    }

    /// Values for the resource `type_name`.
    pub(crate) fn sample(&self, type_name: &str) -> Result<Sample> {
        let schemas = &self.schema.resource_schemas;
        let schema = schemas.get(type_name).with_context(|| {
            let names: Vec<_> = schemas.keys().map(String::as_str).collect();
            format!("the provider has no resource {type_name:?}; it has {}", names.join(", "))
        })?;
        Sample::new(schema).with_context(|| format!("no sample can be made for {type_name:?}"))
    }

    /// `PlanResourceChange` of a creation.
    pub(crate) async fn plan_create(&mut self, name: &str, sample: &Sample) -> Result<Prepared> {
        self.plan(name, &sample.ty, &Value::Null, &sample.config, &sample.proposed_create).await
    }

    /// `PlanResourceChange` of a change of one text.
    pub(crate) async fn plan_update(&mut self, name: &str, sample: &Sample) -> Result<Prepared> {
        self.plan(name, &sample.ty, &sample.prior, &sample.changed, &sample.proposed_update).await
    }

    async fn plan(
        &mut self,
        type_name: &str,
        ty: &Type,
        prior: &Value,
        config: &Value,
        proposed: &Value,
    ) -> Result<Prepared> {
        let request = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: message(prior, ty)?,
            proposed_new_state: message(proposed, ty)?,
            config: message(config, ty)?,
            ..Default::default()
        };
        let answer = self.client.plan_resource_change(request.clone()).await?.into_inner();
        accept("PlanResourceChange", &answer.diagnostics)?;
        Ok(Prepared {
            path: "/tfplugin6.Provider/PlanResourceChange",
            request: request.encode_to_vec().into(),
            answer: answer.encode_to_vec().into(),
        })
    }

    /// `ApplyResourceChange` of what was planned. The resource must have nothing behind it, since it is
    /// applied many times.
    pub(crate) async fn apply(&mut self, planned: &Prepared) -> Result<Prepared> {
        let plan = proto::plan_resource_change::Request::decode(planned.request.clone())?;
        let answer = proto::plan_resource_change::Response::decode(planned.answer.clone())?;
        let request = proto::apply_resource_change::Request {
            type_name: plan.type_name,
            prior_state: plan.prior_state,
            planned_state: answer.planned_state,
            config: plan.config,
            planned_private: answer.planned_private,
            planned_identity: answer.planned_identity,
            ..Default::default()
        };
        let answer = self.client.apply_resource_change(request.clone()).await?.into_inner();
        accept("ApplyResourceChange", &answer.diagnostics)?;
        Ok(Prepared {
            path: "/tfplugin6.Provider/ApplyResourceChange",
            request: request.encode_to_vec().into(),
            answer: answer.encode_to_vec().into(),
        })
    }
}

fn message(value: &Value, ty: &Type) -> Result<Option<proto::DynamicValue>> {
    let msgpack = msgpack::encode(value, ty)?;
    Ok(Some(proto::DynamicValue { msgpack: msgpack.into(), json: Bytes::new() }))
}

fn accept(call: &str, diagnostics: &[proto::Diagnostic]) -> Result<()> {
    let is_error = |diagnostic: &&proto::Diagnostic| {
        diagnostic.severity() == proto::diagnostic::Severity::Error
    };
    match diagnostics.iter().find(is_error) {
        None => Ok(()),
        Some(error) => bail!("{call} failed: {}: {}", error.summary, error.detail),
    }
}
