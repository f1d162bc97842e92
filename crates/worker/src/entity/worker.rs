//! The worker itself.

use miso_netio::process::ResourceUsage;
use miso_worker_schema::fbs::request::RequestRef;
use miso_worker_schema::fbs::response::Body;
use miso_worker_schema::fbs::worker;

use crate::core::Core;
use crate::log::{Level, Tags};
use crate::names::Kind;
use crate::refusal::Refusal;
use crate::request::{Answer, body};

/// Everything that is open.
pub(crate) fn dump(core: &Core) -> Answer {
    let of_kind = |kind| core.names.ids(|entry| entry.kind == kind);
    Ok(Some(Body::WorkerDumpResponse(Box::new(
        worker::DumpResponse {
            pid: std::process::id(),
            web_rtc_server_ids: of_kind(Kind::WebRtcServer),
            router_ids: of_kind(Kind::Router),
            channel_message_handlers: Box::new(worker::ChannelMessageHandlers {
                channel_request_handlers: core.names.ids(|_| true),
                channel_notification_handlers: core.names.ids(|entry| entry.kind.is_notified()),
            }),
        },
    ))))
}

/// What the process has used; times in milliseconds.
pub(crate) fn resource_usage() -> Answer {
    let usage = ResourceUsage::of_process()
        .map_err(|error| Refusal::error(format!("uv_getrusage() failed: {error}")))?;
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Ok(Some(Body::WorkerResourceUsageResponse(Box::new(
        worker::ResourceUsageResponse {
            ru_utime: millis(usage.user_time),
            ru_stime: millis(usage.system_time),
            ru_maxrss: usage.max_resident,
            ru_minflt: usage.minor_faults,
            ru_majflt: usage.major_faults,
            ru_inblock: usage.blocks_in,
            ru_oublock: usage.blocks_out,
            ru_nvcsw: usage.voluntary_switches,
            ru_nivcsw: usage.involuntary_switches,
            ..worker::ResourceUsageResponse::default()
        },
    ))))
}

/// What is logged from now on.
pub(crate) fn update_settings(core: &mut Core, request: RequestRef<'_>) -> Answer {
    let body = body!(request, WorkerUpdateSettingsRequest);
    let mut settings = core.log;
    if let Some(name) = body.log_level()? {
        settings.level = Level::parse(name)
            .ok_or_else(|| Refusal::type_error(format!("invalid value '{name}' for logLevel")))?;
    }
    if let Some(tags) = body.log_tags()? {
        settings.tags = Tags::default();
        for tag in tags {
            settings.tags.insert(tag?);
        }
    }
    core.log = settings;
    Ok(None)
}
